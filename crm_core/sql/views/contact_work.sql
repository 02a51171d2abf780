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
-- What files told and what was entered on screen (only that has an entered_at, UTC). An outcome refused (the customer wants no
-- more of it) or allowed (may be contacted again) without a channel is about every channel.
create or replace macro contacts_until(day) as table
with owners as (
    select distinct entry_id, customer_id
    from contact_entry_identifiers as named
    inner join identifier_owners() as owner on named.kind = owner.kind and named.identifier = owner.identifier
),

entered as (
    select
        'entered ' || contact_entries.entry_id as contact_key, customer_id, contacted_at, contacted_at::date as contacted_on,
        true as has_time, true as is_day_told, channel, outcome, source, reason, product, note, agent, address, entered_at
    from contact_entries
    inner join owners on contact_entries.entry_id = owners.entry_id
),

contacts as (
    select
        contact_key, customer_id, contacted_at, contacted_on, has_time, is_day_told, channel, outcome, source, reason, product,
        note, agent, address
    from contact_mart
    where customer_id is not null
    union all by name
    select * from entered
)

select * from contacts where contacted_on <= day;

-- Grain: import in force x contact that it tells was refused. Inputs: contact_versions, sightings, imports.
-- Without those that were corrected: a file brought in later tells of the same contact otherwise, and itself reaches further into
-- time. An older copy of a sheet, or one without days, corrects nothing. What an undone import told counts on neither side.
create or replace macro told_refusals() as table
with refusals as (
    select * from contact_versions where outcome = 'refused'
),

tellings as (
    select record_key as contact_key, version_id, sightings.import_id, imported_at, last_on
    from sightings
    inner join imports on sightings.import_id = imports.import_id and undone_at is null
    where sightings.kind = 'contacts' and record_key in (select contact_key from refusals)
),

told as (
    select tellings.*, refusals.* exclude (contact_key, version_id)
    from tellings
    inner join refusals on tellings.version_id = refusals.version_id
),

corrected as (
    select distinct told.contact_key, told.import_id
    from told
    inner join tellings as later
        on told.contact_key = later.contact_key and told.import_id < later.import_id
        and coalesce(told.last_on, told.imported_at::date) < later.last_on
    inner join contact_versions as version on later.version_id = version.version_id and version.outcome <> 'refused'
)

select told.*
from told
anti join corrected on told.contact_key = corrected.contact_key and told.import_id = corrected.import_id;

-- Grain: refused contact of one customer, several times where files in force told it in several ways. Inputs: `contacts` (the
-- name of a table as contacts_until gives it, and of none within a macro), told_refusals, contact_mart, identities. `told_at`
-- (UTC): when the first of its files came in; NULL: entered on screen.
-- `is_replaced`: the log tells of the contact otherwise by now, as another file says that is no later one.
create or replace macro refused_contacts(contacts) as table
with told as materialized (
    select * from told_refusals()
),

first_told as (
    select contact_key, min(imported_at) as told_at from told group by contact_key
),

standing as (
    select each.* exclude (entered_at), told_at, false as is_replaced
    from query_table(contacts) as each
    left join first_told on each.contact_key = first_told.contact_key
    where outcome = 'refused'
),

replaced as (
    select distinct
        told.contact_key || ' ' || told.version_id as contact_key,
        coalesce(identities.customer_id, contact_mart.customer_id) as customer_id,
        coalesce(told.contacted_at, told_at::date::timestamp) as contacted_at,
        coalesce(told.contacted_at, told_at)::date as contacted_on,
        told.has_time, told.contacted_at is not null as is_day_told, told.channel, told.outcome, told.source, told.reason,
        told.product, told.note, told.agent, told.address, told_at, true as is_replaced
    from told
    inner join first_told on told.contact_key = first_told.contact_key
    left join identities on told.identity_key = identities.identity_key
    left join contact_mart on told.contact_key = contact_mart.contact_key
    where version_id not in (select version_id from current_records where kind = 'contacts')
)

select * from standing
union all by name
select * from replaced where customer_id is not null;

-- Grain: refused contact x one of `channels` that it is about and on which it stands. Inputs: `contacts` (as
-- refused_contacts), refused_contacts.
-- A refusal stands until the customer says on a later day that contact is fine (a wish without a day takes none back, and one
-- without a time is of no earlier day than its own), or until somebody enters so on screen after the refusal became known.
create or replace macro standing_refusals(contacts, channels) as table
with asked as (
    select unnest(channels) as channel
),

refused as (
    select
        contact_key, customer_id, asked.channel, address, contacted_on, told_at,
        case when has_time then contacted_at else contacted_on + interval 1 day - interval 1 microsecond end as refused_until
    from refused_contacts(contacts) as told
    inner join asked on told.channel is null or told.channel = asked.channel
),

allowed as (
    select customer_id, asked.channel, contacted_at, contacted_on, entered_at
    from query_table(contacts) as told
    inner join asked on told.channel is null or told.channel = asked.channel
    where outcome = 'allowed' and is_day_told
),

ended as (
    select distinct contact_key, refused.customer_id, refused.channel
    from refused
    inner join allowed
        on refused.customer_id = allowed.customer_id and refused.channel is not distinct from allowed.channel
    where allowed.contacted_at > refused_until
        or (entered_at > told_at and allowed.contacted_on >= least(refused.contacted_on, told_at::date))
)

select refused.customer_id, refused.channel, refused.address
from refused
anti join ended
    on refused.contact_key = ended.contact_key and refused.customer_id = ended.customer_id
    and refused.channel is not distinct from ended.channel;

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
