-- Grain: staged record. Inputs: staged_records (record_key, number, row_count, content_hash, event_at), stored_versions
-- (version_id, content_hash), sightings, imports, current_records; $kind, $mapping (as JSON), $data_from, $data_until.
-- Whether a record's content is new, or a stored version holds it; whether an import that tells of it as it was later is there
-- already (then that one stays current); and whether the shop stays as it is. New versions are numbered as the records of the
-- file are, so that of two records of one person the later one is the newer.
create or replace temp table staged_versions as
with told as (
    select import_id, undone_at is null as is_active, data_from, data_until, event_columns_of(mapping) as event_columns
    from imports
),

seen as (
    select
        staged_records.record_key, staged_records.content_hash, sightings.version_id,
        told.is_active and is_newer_telling(
            staged_records.event_at, event_columns_of($mapping), $data_from::timestamp, $data_until::timestamp,
            sightings.event_at, told.event_columns, told.data_from, told.data_until
        ) as is_newer
    from staged_records
    inner join sightings on sightings.kind = $kind and sightings.record_key = staged_records.record_key
    inner join told on sightings.import_id = told.import_id
),

known as (
    select
        seen.record_key,
        max(seen.version_id) filter (stored_versions.content_hash = seen.content_hash) as version_id,
        bool_or(seen.is_newer) as is_superseded
    from seen
    inner join stored_versions on stored_versions.version_id = seen.version_id
    group by seen.record_key
),

compared as (
    select
        staged_records.record_key, staged_records.number, staged_records.row_count, staged_records.event_at,
        known.version_id, current_records.version_id as current_version_id,
        coalesce(known.is_superseded, false) as is_superseded
    from staged_records
    left join known on staged_records.record_key = known.record_key
    left join current_records
        on current_records.kind = $kind and current_records.record_key = staged_records.record_key
),

last_stored as (select coalesce(max(version_id), 0) as last_id from stored_versions)

select
    record_key, number, row_count, event_at,
    version_id is null as is_new,
    is_superseded or (version_id is not null and version_id = current_version_id) as is_unchanged,
    is_superseded and version_id is distinct from current_version_id as is_outdated,
    coalesce(version_id, last_id + number) as version_id
from compared cross join last_stored;
