-- Grain: message to one person (person × channel × subject). Inputs: current_activity, identities.
-- Messages that were logged: a row that says something was sent, or a report with counts of openings or clicks, of which a
-- zero means that the message was not opened. Without either nobody knows how many were sent, so there is none. A row
-- without a day is taken only where with_undated is set.
create or replace macro logged_messages(start_on, end_on, channel_key, with_undated) as table
with told as (
    select
        current_activity.activity_key, identities.customer_id, channel, subject, unnest(actions) as entry,
        coalesce(identities.identity_key, activity_key) as person
    from current_activity
    left join identities on current_activity.identity_key = identities.identity_key
    where channel_key is null or channel = channel_key
),

-- The day of a message is that of its first action with a time.
grouped as (
    select
        person, any_value(customer_id) as customer_id, channel, subject,
        bool_or(entry.action = 'send' and entry.action_count > 0 or (entry.action in ('open', 'click') and entry.action_count = 0))
            as is_sent_known,
        bool_or(entry.action in ('open', 'click') and entry.action_count > 0) as is_opened,
        bool_or(entry.action = 'click' and entry.action_count > 0) as is_clicked,
        min(entry.acted_at)::date as sent_on
    from told
    where entry.action in ('send', 'open', 'click')
    group by person, channel, subject
),

-- A mailing counts where the log knows those who did not open it; who has no day of his own has that of the mailing.
known as (
    select
        person, customer_id, channel, subject, is_opened, is_clicked,
        bool_or(is_sent_known) over of_mailing as is_whole,
        coalesce(sent_on, min(sent_on) over of_mailing) as sent_on
    from grouped
    window of_mailing as (partition by channel, subject)
),

messages as (
    select person, customer_id, channel, subject, is_opened, is_clicked, sent_on
    from known
    where is_whole and (sent_on between start_on and end_on or (sent_on is null and with_undated))
)

select * from messages;
