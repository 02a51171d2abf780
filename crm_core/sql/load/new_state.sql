-- Grain: record that a change of the imports may concern. Inputs: affected_records (kind, record_key), sightings, imports.
-- Which version is current: the one that the newest import saw, among the imports that are not undone.
create or replace temp table new_state as
with active_sightings as (
    select sightings.kind, sightings.record_key, sightings.import_id, sightings.version_id
    from sightings
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
    semi join affected_records
        on sightings.kind = affected_records.kind and sightings.record_key = affected_records.record_key
)

select kind, record_key, arg_max(version_id, import_id) as version_id
from active_sightings
group by kind, record_key;
