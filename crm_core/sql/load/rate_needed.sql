-- Grain: one row. Inputs: order_versions, sightings, imports; $currency, $month.
-- How many orders of imports in force are in the currency and month, also in a version that is not the current one: undoing a
-- newer import would bring it back.
with told as (
    select distinct order_versions.order_key
    from order_versions
    inner join sightings on sightings.kind = 'orders' and sightings.version_id = order_versions.version_id
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
    where order_versions.currency = $currency and date_trunc('month', order_versions.ordered_at)::date = $month
)

select count(*) as orders from told;
