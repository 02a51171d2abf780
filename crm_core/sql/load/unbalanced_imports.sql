-- Grain: import whose books do not balance. Inputs: imports, sightings, order_versions, customer_versions, answer_versions,
-- service_versions, activity_versions, contact_versions.
-- Every row that was read was loaded, unchanged or rejected; and the records that an import told of are made of the rows that
-- were not rejected: none of them got lost on the way.
with versions as (
    select 'orders' as kind, version_id, row_count from order_versions
    union all
    select 'customers', version_id, row_count from customer_versions
    union all
    select 'survey', version_id, row_count from answer_versions
    union all
    select 'service', version_id, row_count from service_versions
    union all
    select 'activity', version_id, row_count from activity_versions
    union all
    select 'contacts', version_id, row_count from contact_versions
),

told as (
    select sightings.import_id, sum(versions.row_count) as row_count
    from sightings
    inner join versions on sightings.kind = versions.kind and sightings.version_id = versions.version_id
    group by sightings.import_id
),

unbalanced as (
    select imports.import_id
    from imports
    left join told on imports.import_id = told.import_id
    where imports.rows_read <> imports.rows_loaded + imports.rows_unchanged + imports.rows_rejected
        or imports.rows_read - imports.rows_rejected <> coalesce(told.row_count, 0)
)

select * from unbalanced
order by import_id;
