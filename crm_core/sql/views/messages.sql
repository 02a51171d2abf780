-- Grain: message to one person. Inputs: current_activity, identities.
-- Messages of which the log also knows those that were not opened: each row that says something was sent, opened where the
-- same person opened or clicked the same subject before it was sent again; and each row of a report with counts of openings or
-- clicks where the report has a zero. Without either nobody knows how many were sent, so there is none. A message without a day
-- is taken only where with_undated is set. What was opened or clicked after as_of is not known yet; a message of the period
-- may have been opened after its end.
create or replace macro logged_messages(start_on, end_on, as_of, channel_key, with_undated) as table
with told as (
    select
        current_activity.activity_key, identities.customer_id, channel, subject, unnest(actions) as entry,
        coalesce(identities.identity_key, activity_key) as person,
        concat_ws(chr(31), coalesce(channel, ''), coalesce(subject, '')) as mailing
    from current_activity
    left join identities on current_activity.identity_key = identities.identity_key
    where channel_key is null or channel = channel_key
),

entries as (
    select
        activity_key, customer_id, person, channel, mailing, entry.action as action,
        case when entry.acted_at::date <= as_of then entry.acted_at end as acted_at,
        entry.action_count > 0 and coalesce(entry.acted_at::date <= as_of, true) as is_done,
        entry.action_count = 0 as is_none
    from told
    where entry.action in ('open', 'click') or (entry.action = 'send' and coalesce(entry.acted_at::date <= as_of, true))
),

sends as (
    select distinct customer_id, person, channel, mailing, acted_at as sent_at
    from entries
    where action = 'send' and is_done and acted_at is not null
),

reads as (
    select entries.person, entries.mailing, sends.sent_at, bool_or(entries.action = 'click') as is_clicked
    from entries
    asof join sends
        on entries.person = sends.person and entries.mailing = sends.mailing and entries.acted_at >= sends.sent_at
    where entries.action in ('open', 'click') and entries.is_done
    group by entries.person, entries.mailing, sends.sent_at
),

sent as (
    select
        sends.customer_id, sends.channel,
        reads.person is not null as is_opened,
        coalesce(reads.is_clicked, false) as is_clicked,
        sends.sent_at::date as sent_on
    from sends
    left join reads on sends.person = reads.person and sends.mailing = reads.mailing and sends.sent_at = reads.sent_at
),

report_rows as (
    select
        activity_key, any_value(customer_id) as customer_id, channel, mailing,
        bool_or(is_none) as has_zero,
        bool_or(is_done) as is_opened,
        bool_or(is_done and action = 'click') as is_clicked,
        min(acted_at)::date as read_on
    from entries
    where mailing not in (select mailing from sends)
    group by activity_key, channel, mailing
),

-- Who did not open has no day of his own but that of the mailing.
reported as (
    select
        customer_id, channel, is_opened, is_clicked,
        bool_or(has_zero) over of_mailing as is_whole,
        coalesce(read_on, min(read_on) over of_mailing) as sent_on
    from report_rows
    window of_mailing as (partition by mailing)
),

messages as (
    select customer_id, channel, is_opened, is_clicked, sent_on from sent
    union all
    select customer_id, channel, is_opened, is_clicked, sent_on from reported where is_whole
),

of_period as (
    select *
    from messages
    where sent_on between start_on and end_on or (sent_on is null and with_undated)
)

select * from of_period;
