-- Grain: record that a change of the imports may concern. Inputs: affected_records (kind, record_key), sightings, imports.
-- Which version is current: of the imports that are not undone, and that no other one outdates, what the last one saw. So
-- monthly exports that overlap give the same orders whatever order they come in.
create or replace temp table new_state as
with active_sightings as (
    select sightings.*, imports.data_from, imports.data_until
    from sightings
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
    semi join affected_records
        on sightings.kind = affected_records.kind and sightings.record_key = affected_records.record_key
),

outdated as (
    select older.kind, older.record_key, older.import_id
    from active_sightings older
    inner join active_sightings newer
        on older.kind = newer.kind and older.record_key = newer.record_key and older.import_id <> newer.import_id
    where is_newer_telling(
        older.event_at, older.data_from, older.data_until, newer.event_at, newer.data_from, newer.data_until
    )
),

standing as (
    select active_sightings.*
    from active_sightings
    anti join outdated
        on active_sightings.kind = outdated.kind
        and active_sightings.record_key = outdated.record_key
        and active_sightings.import_id = outdated.import_id
)

select kind, record_key, arg_max(version_id, import_id) as version_id
from standing
group by kind, record_key;
