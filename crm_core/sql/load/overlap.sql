-- Grain: one row. Inputs: staged_versions (as load/compare left it), sightings, imports; $kind, $import_id (of the import
-- that has just been made, NULL before it).
-- How many records of a file the shop did not know, how many of those it knew change, and how many stay as they are.
with known_before as (
    select distinct sightings.record_key
    from sightings
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
    semi join staged_versions on sightings.record_key = staged_versions.record_key
    where sightings.kind = $kind and sightings.import_id is distinct from $import_id::integer
),

told as (
    select known_before.record_key is not null as is_known, staged_versions.is_unchanged
    from staged_versions
    left join known_before on staged_versions.record_key = known_before.record_key
),

counted as (
    select
        count(*) filter (not is_known) as new_records,
        count(*) filter (is_known and not is_unchanged) as changed_records,
        count(*) filter (is_known and is_unchanged) as same_records
    from told
)

select * from counted;
