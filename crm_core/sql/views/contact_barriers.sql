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
-- them in a survey. Inputs: activity_mart, answer_mart, `contacts` (as refused_contacts). `channels` is a list; what
-- names no channel counts for each. Who comes back follows again, says yes in a survey, or tells the shop on a day that is known.
create or replace macro message_leavers(contacts, channels) as table
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
    from query_table(contacts)
    where outcome = 'allowed' and is_day_told
),

latest as (
    select customer_id, asked.channel, arg_max(is_left, (told_at, is_left)) as is_left
    from told
    inner join asked on told.is_about is null or told.channel = asked.channel
    group by customer_id, asked.channel
)

select distinct customer_id from latest where is_left;

-- Grain: customer x address by which a contact under the rules `r` (as below) reaches the customer. Inputs: customer_mart,
-- line_user_ids. A contact through no channel in particular may go to each; advertising only to those that may be used for it.
create or replace macro contact_addresses(r) as table
select customer_id, email as address
from customer_mart
where email is not null
    and ((r).channel is null or (r).channel = 'email' or ((r).channel = 'ads' and is_for_ads(email, consent_email, r)))
union all
select customer_id, phone
from customer_mart
where phone is not null
    and ((r).channel is null or (r).channel in ('phone', 'sms', 'line') or ((r).channel = 'ads' and is_for_ads(phone, consent_sms, r)));

-- Grain: customer of `people` (the name of a table with customer_id) who has an address that one before them has, too.
-- Input: contact_addresses. A file for a channel carries each address once, with the first of its customers.
create or replace macro address_repeaters(people, r) as table
with several as (
    select address from contact_addresses(r) where (r).channel is not null group by address having count(*) > 1
),

held as (
    select customer_id, address
    from contact_addresses(r)
    where address in (select address from several) and customer_id in (select customer_id from query_table(people))
        and customer_id not in (select customer_id from line_user_ids() where (r).channel = 'line')  -- by an id of their own
),

first_ones as (
    select address, min(customer_id) as first_id from held group by address
)

select distinct held.customer_id
from held
inner join first_ones on held.address = first_ones.address and held.customer_id <> first_ones.first_id;

-- Grain: message that a file of activity says was sent to a customer on a day after `after_on` and up to `until_on`. Inputs:
-- activity_mart, `contacts` (as refused_contacts). Through each way once a day, and only where the log of contacts does not tell
-- of it, too. One whose file tells no way (channel NULL) counts where no other message of the day is known.
create or replace macro sent_messages(contacts, after_on, until_on) as table
with sent as (
    select distinct customer_id, acted_on as contacted_on, message_channel(channel) as channel
    from activity_mart
    where action = 'send' and acted_on > after_on and acted_on <= until_on and customer_id is not null
        and (channel is null or message_channel(channel) is not null)
),

logged as (
    select distinct customer_id, contacted_on, channel
    from query_table(contacts)
    where contacted_on > after_on and contacted_on <= until_on
        and channel in ('sms', 'email', 'line') and outcome in ('reached', 'refused', 'sent')
),

known as (
    select * from logged
    union
    select * from sent where channel is not null
)

select sent.* from sent anti join logged using (customer_id, contacted_on, channel) where sent.channel is not null
union all
select sent.* from sent anti join known using (customer_id, contacted_on) where sent.channel is null;

-- Grain: contact that counts against the cap of the rules `r` (as below). Inputs: `contacts` (as refused_contacts),
-- sent_messages, `members` (the name of campaign_membership below). Whoever was reached, and every message (those that files of
-- activity tell of against messages only); a campaign counts on its day, unless a contact within its days was made for it:
-- through its channel, for its list or else for no other campaign that began later.
create or replace macro capped_contacts(contacts, members, r) as table
with counted as (
    select
        contact_key, customer_id, contacted_on, channel, false as is_message,
        try_cast(nullif(regexp_extract(source, '"campaign_id": *(\d+)', 1), '') as integer) as campaign_named
    from query_table(contacts)
    where outcome in ('reached', 'refused', 'sent') and contacted_on > (r).day - (r).cap_days and contacted_on <= (r).day
    union all
    select
        concat_ws(' ', 'sent', contacted_on, channel) as contact_key, customer_id, contacted_on, channel, true as is_message,
        null as campaign_named
    from sent_messages(contacts, (r).day - (r).cap_days, (r).day)
    where (r).channel is distinct from 'phone'  -- who gets a newsletter every week can still be called
),

announced as (
    select * from query_table(members) where not is_held_out
),

made_for as (
    select
        counted.customer_id,
        arg_max(campaign_id, (coalesce(campaign_named = campaign_id, false), starts_on, campaign_id)) as campaign_id
    from counted
    inner join announced
        on counted.customer_id = announced.customer_id and contacted_on between starts_on and ends_on
        and (counted.channel = announced.channel or (is_message and counted.channel is null and announced.channel <> 'phone'))
    group by counted.customer_id, contact_key
)

select customer_id from counted
union all
select announced.customer_id
from announced
anti join made_for on announced.customer_id = made_for.customer_id and announced.campaign_id = made_for.campaign_id
where campaign_id is distinct from (r).campaign_id
    -- Also those that are planned: a contact before them would leave their own group out on their day.
    and starts_on > (r).day - (r).cap_days and starts_on < (r).day + (r).cap_days;

-- Grain: customer x reason not to contact the customer on a day. `r` is a struct that crm_core.lists.contactable.rules fills:
-- day DATE, channel VARCHAR (phone | sms | email | line | ads, NULL: none in particular), cap_count INTEGER and cap_days
-- INTEGER (at most so many contacts within so many days), failed_calls INTEGER (after so many calls in a row that reached
-- nobody no more calls), needs_consent BOOLEAN (a consent must be on record), home_code, trunk_prefix and
-- mobile_pattern VARCHAR (+886, 0, and what mobile numbers of that code look like), campaign_id INTEGER (the campaign the contact is for, which does not count
-- against itself; NULL: none). Inputs: customer_mart, identities, line_user_ids, contacts_until, standing_refusals,
-- calls_in_vain, message_leavers, contact_addresses, capped_contacts, campaigns, campaign_people.
-- What somebody wants, and which address is wrong, holds for the address whoever else has it, too.
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
        case when (r).channel = 'email' then email else phone end as address,
        consent_email is false and (r).channel in ('email', 'ads') as is_email_barred,
        case (r).channel when 'line' then consent_line when 'sms' then consent_sms when 'ads' then consent_sms end is false
            as is_phone_barred,
        email, phone
    from customer_mart
),

-- What somebody wants, and which number is wrong, counts as it is known, for whichever day the contact is.
known_contacts as materialized (
    select * from contacts_until('infinity'::date)
),

campaign_membership as materialized (
    select customer_id, campaigns.campaign_id, is_held_out, starts_on, starts_on + window_days as ends_on, channel
    from campaign_people() as person
    inner join campaigns on person.campaign_id = campaigns.campaign_id
),

-- Advertising goes by addresses of e-mail and phone.
refused as materialized (
    select customer_id, address
    from standing_refusals('known_contacts', case (r).channel when 'ads' then ['email', 'sms'] else [(r).channel] end)
),

leavers as materialized (
    select customer_id
    from message_leavers(
        'known_contacts',
        case when (r).channel = 'ads' then ['email', 'sms'] when (r).channel in ('email', 'sms', 'line') then [(r).channel] else [] end
    )
),

-- Calls and text messages go to the same number. A contact whose day nobody knows proves no address right again.
tried as (
    select contacted_at, is_day_told, outcome, coalesce(contacts.address, people.address) as address
    from known_contacts as contacts
    inner join people on contacts.customer_id = people.customer_id
    where outcome in ('invalid', 'reached', 'allowed')
        and (contacts.channel = (r).channel or (contacts.channel in ('phone', 'sms') and (r).channel in ('phone', 'sms')))
),

-- Grain: address that turned out wrong after it last worked, with whomever.
wrong as (
    select address
    from tried
    where address is not null
    group by address
    having coalesce(
        max(contacted_at) filter (where outcome = 'invalid')
        > max(contacted_at) filter (where outcome <> 'invalid' and is_day_told),
        bool_or(outcome = 'invalid')
    )
),

capped as (
    select customer_id
    from capped_contacts('known_contacts', 'campaign_membership', r)
    group by customer_id
    having count(*) >= (r).cap_count
),

held_out as materialized (
    select distinct customer_id from campaign_membership where is_held_out and (r).day <= ends_on
),

silent as materialized (
    select customer_id from held_out
    union
    select customer_id from refused
    union
    select customer_id from leavers
),

-- Grain: address that nothing may go to, several times. Each that a person ever had who said no or is held out, not the last alone.
barred_addresses as (
    select unnest([email, phone]) as address from identities where customer_id in (select customer_id from silent)
    union all
    select unnest([email, phone]) from people where customer_id in (select customer_id from silent)
    union all
    select unnest([if(is_email_barred, email, null), if(is_phone_barred, phone, null)])
    from people
    where is_email_barred or is_phone_barred
    union all
    select address from refused where address is not null
),

barriers as (
    select customer_id, 'held_out' as reason from held_out
    union all
    select customer_id, 'refused' from refused
    union all
    select customer_id, 'opted_out' from people where has_consent and consent is false
    union all
    select customer_id, 'opted_out' from leavers
    union all
    select customer_id, 'no_consent' from people where (r).needs_consent and has_consent and consent is null
    union all
    select customer_id, 'no_address' from people where is_out_of_reach
    union all
    select customer_id, 'wrong_number' from people where address in (select address from wrong)
    union all
    select customer_id, 'shared_address' from contact_addresses(r) where address in (select address from barred_addresses)
    union all
    select customer_id, 'not_reached_before' from calls_in_vain((r).day) where (r).channel = 'phone' and failed_calls >= (r).failed_calls
    union all
    select customer_id, 'contacted_lately' from capped
)

select * from barriers;
