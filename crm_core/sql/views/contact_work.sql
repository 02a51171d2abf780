-- Who was contacted, and who is in which campaign (METRICS §8).

-- Grain: identifier x customer who has it, several times where several records of the customer have it. Input: identities.
-- What is kept by identifiers belongs to whoever has one of them now.
create or replace macro identifier_owners() as table
with owners as (
    select 'account' as kind, account as identifier, customer_id from identities where account is not null
    union all
    select 'email', email, customer_id from identities where email is not null
    union all
    select 'phone', phone, customer_id from identities where phone is not null
    union all
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
    where customer_id is not null
    union all by name
    select * from entered
)

select * from contacts where contacted_on <= day;

-- Grain: campaign x customer. Inputs: campaigns, campaign_members, campaign_identifiers, identifier_owners.
-- Who is in a campaign that was not stopped. Somebody who was two people when it was frozen, one of them held out, is held out.
create or replace macro campaign_people() as table
with named as (
    select campaign_id, member_no, kind, identifier
    from campaign_identifiers
    where campaign_id in (select campaign_id from campaigns where stopped_at is null)
),

owned as (
    select named.campaign_id, named.member_no, owner.customer_id
    from named
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

select * from people;
