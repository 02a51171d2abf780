-- Grain: staged record. Inputs: staged_records (record_key, number, row_count, content_hash), stored_versions (version_id,
-- content_hash), current_records; $kind.
-- Whether a record is new or changed, and the version that holds its content: the current one, or one to be stored. New
-- versions are numbered as the records of the file are, so that of two records of one person the later one is the newer.
create or replace temp table staged_versions as
with compared as (
    select staged_records.record_key, staged_records.number, staged_records.row_count, stored_versions.version_id
    from staged_records
    left join current_records
        on current_records.kind = $kind and current_records.record_key = staged_records.record_key
    left join stored_versions
        on stored_versions.version_id = current_records.version_id
        and stored_versions.content_hash = staged_records.content_hash
),

last_stored as (select coalesce(max(version_id), 0) as last_id from stored_versions)

select
    record_key, number, row_count, version_id is null as is_changed,
    coalesce(version_id, last_id + number) as version_id
from compared cross join last_stored;
