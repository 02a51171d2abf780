-- Grain: record that a change of the imports may concern. Inputs: affected_records (kind, record_key), sightings, imports.
-- Which version is current: of the imports that are not undone, and that no other one outdates, what the last one saw. So
-- monthly exports that overlap give the same orders whatever order they come in. Where each is outdated by another (their
-- columns and days can say so of three), the last one counts.
create or replace temp table new_state as
with active_imports as (
    select import_id, data_from, data_until, event_columns_of(mapping) as event_columns
    from imports
    where undone_at is null
),

active_sightings as (
    select sightings.*, active_imports.data_from, active_imports.data_until, active_imports.event_columns
    from sightings
    inner join active_imports on sightings.import_id = active_imports.import_id
    semi join affected_records
        on sightings.kind = affected_records.kind and sightings.record_key = affected_records.record_key
),

outdated as (
    select distinct older.kind, older.record_key, older.import_id
    from active_sightings older
    inner join active_sightings newer
        on older.kind = newer.kind and older.record_key = newer.record_key and older.import_id <> newer.import_id
    where is_newer_telling(
        older.event_at, older.event_columns, older.data_from, older.data_until,
        newer.event_at, newer.event_columns, newer.data_from, newer.data_until
    )
),

judged as (
    select active_sightings.*, outdated.import_id is null as is_standing
    from active_sightings
    left join outdated
        on active_sightings.kind = outdated.kind
        and active_sightings.record_key = outdated.record_key
        and active_sightings.import_id = outdated.import_id
)

select kind, record_key, arg_max(version_id, (is_standing, import_id)) as version_id
from judged
group by kind, record_key;
