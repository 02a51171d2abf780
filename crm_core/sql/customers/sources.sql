-- Grain: field of one customer × distinct value that a record tells. Inputs: identities, the current versions,
-- sightings, imports, customer_mart; $customer_id.
-- Where every value comes from, those in use first: the rule is that of marts/customer_mart.sql.
with own as (
    select identity_key, name, email, phone from identities where customer_id = $customer_id
),

record_rows as (
    select
        'customers' as origin, 1 as rank, version_id, null::timestamp as told_at,
        row_number() over (order by version_id, source_order) as age,
        current_customers.name, own.email, own.phone, city, gender, birthday::varchar as birthday, joined_on::varchar as joined_on,
        tier, tags, source_heard, consent_email::varchar as consent_email, consent_sms::varchar as consent_sms,
        consent_line::varchar as consent_line
    from current_customers
    inner join own on current_customers.identity_key = own.identity_key
),

order_rows as (
    select
        'orders' as origin, 2 as rank, version_id, ordered_at as told_at,
        row_number() over (order by ordered_at, order_key) as age, own.name, own.email, own.phone, city
    from current_orders
    inner join own on current_orders.identity_key = own.identity_key
),

other_rows as (
    select 'survey' as origin, 3 as rank, version_id, submitted_at as told_at, 0 as age, email, phone
    from current_answers
    inner join own on current_answers.identity_key = own.identity_key
    union all
    select 'service', 3, version_id, opened_at, 0, email, phone
    from current_service
    inner join own on current_service.identity_key = own.identity_key
    union all
    select 'activity', 3, version_id, null, 0, email, phone
    from current_activity
    inner join own on current_activity.identity_key = own.identity_key
    union all
    select 'contacts', 3, version_id, contacted_at, 0, own.email, own.phone
    from current_contacts
    inner join own on current_contacts.identity_key = own.identity_key
),

told as (
    select * from (
        unpivot record_rows
        on name, email, phone, city, gender, birthday, joined_on, tier, tags, source_heard, consent_email, consent_sms, consent_line
        into name field value value
    )
    union all
    select * from (unpivot order_rows on name, email, phone, city into name field value value)
    union all
    select * from (unpivot other_rows on email, phone into name field value value)
),

newest as (
    select *
    from told
    qualify row_number() over (partition by field, value order by rank, age desc) = 1
),

-- The earliest day of joining counts; where there is nothing but answers the first value in the alphabet, else the newest.
placed as (
    select
        *,
        row_number() over (
            partition by field
            order by rank, case when field = 'joined_on' or rank = 3 then value end, age desc
        ) as place
    from newest
),

files as (
    select sightings.kind, sightings.version_id, arg_max(imports.file_name, imports.import_id) as file_name,
        max(imports.imported_at) as imported_at
    from sightings
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
    semi join placed on sightings.kind = placed.origin and sightings.version_id = placed.version_id
    group by sightings.kind, sightings.version_id
),

sources as (
    select placed.field, placed.value, placed.origin, place = 1 as is_used, file_name, coalesce(told_at, imported_at) as told_at
    from placed
    left join files on files.kind = placed.origin and files.version_id = placed.version_id
    order by place, field
)

select * from sources
