-- Grain: contact that a file told of. Inputs: current_contacts, identities, sightings, imports, touched_contacts,
-- touched_customers. Whom the shop tried to reach and what came of it. A contact without a day was made by the day on which its
-- first file came in.
insert into contact_mart
with told as (
    select current_contacts.*, identities.customer_id
    from current_contacts
    left join identities on current_contacts.identity_key = identities.identity_key
    where current_contacts.contact_key in (select contact_key from touched_contacts)
        or identities.customer_id in (select customer_id from touched_customers)
),

undated as (
    select sightings.record_key as contact_key, min(imports.imported_at)::date as told_on
    from sightings
    inner join imports on sightings.import_id = imports.import_id
    where sightings.kind = 'contacts' and sightings.record_key in (select contact_key from told where contacted_at is null)
    group by sightings.record_key
)

select
    told.contact_key, customer_id, coalesce(contacted_at, told_on::timestamp) as contacted_at,
    coalesce(contacted_at::date, told_on) as contacted_on, has_time, contacted_at is not null as is_day_told, channel, outcome,
    source, reason, product, note, agent, address
from told
left join undated on told.contact_key = undated.contact_key
order by contacted_at, contact_key;
