-- Whom one may not contact, and why (METRICS §8).

-- Grain: customer with a LINE user id. Input: identities.
-- LINE gives everyone who adds an account an id, U and 32 hexadecimal digits; files of members name it as their number.
create or replace macro line_user_ids() as table
select customer_id, min(regexp_extract(account, '(?:^|:)(U[0-9a-f]{32})$', 1)) as line_user_id
from identities
where regexp_matches(account, '(?:^|:)U[0-9a-f]{32}$')
group by customer_id;

-- Whether a message can be sent to an E.164 number: one of the home country's plan must be a mobile one. `r` as below.
create or replace macro takes_messages(phone, r) as
    not starts_with(phone, (r).home_code) or regexp_full_match(phone, (r).mobile_pattern);

-- Whether an address may be used for advertising: no opt-out of its channel, and a consent where one is needed.
create or replace macro is_for_ads(address, consent, r) as
    address is not null and coalesce(consent, not (r).needs_consent);

-- Grain: customer whose last calls up to a day reached nobody. Input: contacts_until. How many calls in a row.
create or replace macro calls_in_vain(day) as table
with calls as (
    select
        customer_id, outcome,
        count(*) filter (where outcome <> 'not_reached') over (
            partition by customer_id order by contacted_at desc, contact_key desc rows unbounded preceding
        ) as answers_since
    from contacts_until(day)
    where channel = 'phone' and outcome in ('reached', 'not_reached', 'refused', 'allowed', 'invalid')
)

select customer_id, count(*) as failed_calls from calls where answers_since = 0 group by customer_id;

-- The way of a message by the word of a file of activity; NULL for others, as a social network.
create or replace macro message_channel(word) as case
    when regexp_matches(lower(word), 'mail|edm|newsletter|電子報|電郵|電子郵件|信箱') then 'email'
    when regexp_matches(lower(word), '(^|[^a-z])line([^a-z]|$)') then 'line'
    when regexp_matches(lower(word), 'sms|text message|簡訊') then 'sms'
end;

-- Grain: customer who wants no messages on one of these channels, by the last word: unsubscribed, or said no to
-- them in a survey. Inputs: activity_mart, answer_mart, contacts_until. `channels` is a list; what names no channel counts for
-- each. Who comes back follows again, says yes in a survey, or tells the shop.
create or replace macro message_leavers(channels) as table
with asked as (
    select unnest(channels) as channel
),

told as (
    select
        customer_id, channel as is_about, message_channel(channel) as channel, coalesce(acted_at, timestamp '0001-01-01') as told_at,
        action = 'unsubscribe' as is_left
    from activity_mart
    where action in ('unsubscribe', 'follow') and action_count > 0 and customer_id is not null
    union all
    select customer_id, null, null, coalesce(submitted_at, timestamp '0001-01-01'), not contact_consent
    from answer_mart
    where contact_consent is not null and customer_id is not null
    union all
    select customer_id, channel, channel, contacted_at, false
    from contacts_until('infinity'::date)
    where outcome = 'allowed'
),

latest as (
    select customer_id, asked.channel, arg_max(is_left, (told_at, is_left)) as is_left
    from told
    inner join asked on told.is_about is null or told.channel = asked.channel
    group by customer_id, asked.channel
)

select distinct customer_id from latest where is_left;

-- Grain: customer x reason not to contact the customer on a day. `r` is a struct that crm_core.lists.contactable.rules fills:
-- day DATE, channel VARCHAR (phone | sms | email | line | ads, NULL: none in particular), cap_count INTEGER and cap_days
-- INTEGER (at most so many contacts within so many days), failed_calls INTEGER (after so many calls in a row that reached
-- nobody no more calls), needs_consent BOOLEAN (a consent must be on record), home_code, trunk_prefix and
-- mobile_pattern VARCHAR (+886, 0, and what mobile numbers of that code look like), campaign_id INTEGER (the campaign the contact is for, which does not count
-- against itself; NULL: none). Inputs: customer_mart, line_user_ids, contacts_until, calls_in_vain,
-- message_leavers, campaigns, campaign_people.
create or replace macro contact_barriers(r) as table
with line_users as (
    select customer_id from line_user_ids() where (r).channel = 'line'
),

people as (
    select
        customer_id,
        case (r).channel
            when 'phone' then phone is null
            when 'sms' then not coalesce(takes_messages(phone, r), false)
            when 'email' then email is null
            when 'line' then phone is null and customer_id not in (select customer_id from line_users)
            when 'ads' then email is null and phone is null
            else false
        end as is_out_of_reach,
        case (r).channel
            when 'sms' then consent_sms
            when 'email' then consent_email
            when 'line' then consent_line
            when 'ads' then case
                when (email is not null and consent_email) or (phone is not null and consent_sms) then true
                when email is null and phone is null then null
                when (email is null or consent_email is false) and (phone is null or consent_sms is false) then false
            end
        end as consent,
        (r).channel is not null and (r).channel <> 'phone' as has_consent,
        case when (r).channel = 'email' then email else phone end as address
    from customer_mart
),

-- What somebody wants, and which number is wrong, counts as it is known, for whichever day the contact is.
contacts as (
    select * from contacts_until('infinity'::date)
),

-- The last word on being contacted, on this channel or on every one. Advertising goes by addresses of e-mail and phone.
wishes as (
    select customer_id, asked.channel, arg_max(outcome, (contacted_at, contact_key)) as wish
    from contacts
    inner join (
        select unnest(case (r).channel when 'ads' then ['email', 'sms'] else [(r).channel] end) as channel
    ) as asked on contacts.channel is null or contacts.channel = asked.channel
    where outcome in ('refused', 'allowed')
    group by customer_id, asked.channel
),

-- Grain: customer whose address turned out wrong after it last worked. Calls and text messages go to the same number.
wrong as (
    select
        customer_id,
        arg_max({'address': address}, (contacted_at, contact_key)) filter (where outcome = 'invalid') as was_tried
    from contacts
    where channel = (r).channel or (channel in ('phone', 'sms') and (r).channel in ('phone', 'sms'))
    group by customer_id
    having coalesce(
        max(contacted_at) filter (where outcome = 'invalid')
        > max(contacted_at) filter (where outcome in ('reached', 'allowed')),
        bool_or(outcome = 'invalid')
    )
),

-- Grain: contact that counts against the cap: whoever was reached, and every message; a campaign counts on its day.
counting as (
    select customer_id
    from contacts
    where outcome in ('reached', 'refused', 'sent')
        and contacted_on > (r).day - (r).cap_days and contacted_on <= (r).day
    union all
    select customer_id
    from campaign_people() as person
    inner join campaigns on person.campaign_id = campaigns.campaign_id
    where not is_held_out and person.campaign_id is distinct from (r).campaign_id
        -- Also those that are planned: a contact before them would leave their own group out on their day.
        and starts_on > (r).day - (r).cap_days and starts_on < (r).day + (r).cap_days
),

capped as (
    select customer_id from counting group by customer_id having count(*) >= (r).cap_count
),

held_out as (
    select distinct customer_id
    from campaign_people() as person
    inner join campaigns on person.campaign_id = campaigns.campaign_id
    where is_held_out and (r).day <= starts_on + window_days
),

barriers as (
    select customer_id, 'held_out' as reason from held_out
    union all
    select customer_id, 'refused' from wishes where wish = 'refused'
    union all
    select customer_id, 'opted_out' from people where has_consent and consent is false
    union all
    select customer_id, 'opted_out'
    from message_leavers(
        case when (r).channel = 'ads' then ['email', 'sms'] when (r).channel in ('email', 'sms', 'line') then [(r).channel] else [] end
    )
    union all
    select customer_id, 'no_consent' from people where (r).needs_consent and has_consent and consent is null
    union all
    select customer_id, 'no_address' from people where is_out_of_reach
    union all
    select wrong.customer_id, 'wrong_number'
    from wrong
    inner join people on wrong.customer_id = people.customer_id
    where (was_tried).address is null or (was_tried).address = people.address
    union all
    select customer_id, 'not_reached_before' from calls_in_vain((r).day) where (r).channel = 'phone' and failed_calls >= (r).failed_calls
    union all
    select customer_id, 'contacted_lately' from capped
)

select * from barriers;
