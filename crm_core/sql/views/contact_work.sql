-- Who was contacted, who is in which campaign, and whom one may contact (METRICS §8).

-- Grain: identifier x customer who has it. Input: identities. What is kept by identifiers belongs to whoever has one of them now.
create or replace macro identifier_owners() as table
with owners as (
    select 'account' as kind, account as identifier, customer_id from identities where account is not null
    union
    select 'email', email, customer_id from identities where email is not null
    union
    select 'phone', phone, customer_id from identities where phone is not null
    union
    select 'person', concat_ws(' / ', email, phone, name), customer_id from identities where account is null
)

select kind, identifier, customer_id from owners;

-- Grain: contact of one customer up to a day. Inputs: contact_mart, contact_entries, contact_entry_identifiers, identifier_owners.
-- What files told and what was entered on screen. An outcome refused (the customer wants no more of it) or allowed (may be
-- contacted again) without a channel is about every channel.
create or replace macro contacts_until(day) as table
with owners as (
    select distinct entry_id, customer_id
    from contact_entry_identifiers as named
    inner join identifier_owners() as owner on named.kind = owner.kind and named.identifier = owner.identifier
),

entered as (
    select
        'entered ' || contact_entries.entry_id as contact_key, customer_id, contacted_at, contacted_at::date as contacted_on,
        true as has_time, channel, outcome, source, reason, product, note, agent, address
    from contact_entries
    inner join owners on contact_entries.entry_id = owners.entry_id
),

contacts as (
    select
        contact_key, customer_id, contacted_at, contacted_on, has_time, channel, outcome, source, reason, product, note,
        agent, address
    from contact_mart
    union all by name
    select * from entered
)

select * from contacts where contacted_on <= day;

-- Grain: campaign x customer. Inputs: campaigns, campaign_members, campaign_identifiers, identifier_owners.
-- Who is in a campaign that was not stopped. Somebody who was two people when it was frozen, one of them held out, is held out.
create or replace macro campaign_people() as table
with owned as (
    select named.campaign_id, named.member_no, owner.customer_id
    from campaign_identifiers as named
    inner join identifier_owners() as owner on named.kind = owner.kind and named.identifier = owner.identifier
),

people as (
    select
        owned.campaign_id, owned.customer_id, bool_or(is_held_out) as is_held_out,
        bool_or(is_held_out) and bool_or(not is_held_out) as is_in_both
    from owned
    inner join campaign_members
        on owned.campaign_id = campaign_members.campaign_id and owned.member_no = campaign_members.member_no
    group by owned.campaign_id, owned.customer_id
)

select people.* from people semi join campaigns on people.campaign_id = campaigns.campaign_id and stopped_at is null;

-- Grain: customer x reason not to contact the customer on a day. `r` is a struct that crm_core.lists.contactable.rules fills:
-- day DATE, channel VARCHAR (phone | sms | email | line | ads, NULL: none in particular), cap_count INTEGER and cap_days
-- INTEGER (at most so many contacts within so many days), failed_calls INTEGER (after so many calls in a row that reached
-- nobody no more calls), needs_consent BOOLEAN (a consent must be on record), campaign_id INTEGER (the campaign the contact is
-- for, which does not count against itself; NULL: none).
-- Inputs: customer_mart, contacts_until, campaigns, campaign_people.
create or replace macro contact_barriers(r) as table
with people as (
    select
        customer_id,
        case (r).channel
            when 'phone' then phone is null
            when 'sms' then phone is null
            when 'email' then email is null
            when 'line' then not has_line and phone is null
            when 'ads' then (email is null or coalesce(not consent_email, false)) and (phone is null or coalesce(not consent_sms, false))
            else false
        end as is_out_of_reach,
        case (r).channel
            when 'sms' then consent_sms
            when 'email' then consent_email
            when 'line' then consent_line
            when 'ads' then case
                when consent_email is false and consent_sms is false then false
                when coalesce(consent_email, consent_sms, false) then true
            end
        end as consent,
        (r).channel is not null and (r).channel <> 'phone' as has_consent,
        phone
    from customer_mart
),

contacts as (
    select * from contacts_until((r).day)
),

-- The last word on being contacted, on this channel or on every one. Advertising goes by addresses of e-mail and phone.
wishes as (
    select customer_id, arg_max(outcome, (contacted_at, contact_key)) as wish
    from contacts
    where outcome in ('refused', 'allowed')
        and (channel is null or channel = (r).channel or ((r).channel = 'ads' and channel in ('email', 'sms')))
    group by customer_id
),

-- Grain: customer with calls. How many of the last calls in a row reached nobody, and the number that was wrong.
calls as (
    select
        customer_id, contacted_at, outcome, address,
        count(*) filter (where outcome <> 'not_reached') over (
            partition by customer_id order by contacted_at desc, contact_key desc rows unbounded preceding
        ) as answers_since
    from contacts
    where channel = 'phone' and outcome in ('reached', 'not_reached', 'refused', 'allowed', 'invalid')
),

call_states as (
    select
        customer_id, count(*) filter (where answers_since = 0) as failed_calls,
        arg_max(address, contacted_at) filter (where outcome = 'invalid') as wrong_number,
        coalesce(
            max(contacted_at) filter (where outcome = 'invalid')
            > max(contacted_at) filter (where outcome in ('reached', 'allowed')),
            bool_or(outcome = 'invalid')
        ) as is_number_wrong
    from calls
    group by customer_id
),

-- Grain: contact that counts against the cap: whoever was reached, and every message; a campaign counts on its day.
counting as (
    select customer_id
    from contacts
    where outcome in ('reached', 'refused', 'sent') and contacted_on > (r).day - (r).cap_days
    union all
    select customer_id
    from campaign_people() as person
    inner join campaigns on person.campaign_id = campaigns.campaign_id
    where not is_held_out and person.campaign_id is distinct from (r).campaign_id
        and starts_on > (r).day - (r).cap_days and starts_on <= (r).day
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
    select customer_id, 'no_consent' from people where (r).needs_consent and has_consent and consent is null
    union all
    select customer_id, 'no_address' from people where is_out_of_reach
    union all
    select call_states.customer_id, 'wrong_number'
    from call_states
    inner join people on call_states.customer_id = people.customer_id
    where (r).channel in ('phone', 'sms') and is_number_wrong and (wrong_number is null or wrong_number = phone)
    union all
    select customer_id, 'not_reached_before' from call_states where (r).channel = 'phone' and failed_calls >= (r).failed_calls
    union all
    select customer_id, 'contacted_lately' from capped
)

select * from barriers;
