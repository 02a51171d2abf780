-- Grain: order of a later import that may have taken something over from the undone one. Inputs: affected_records, sightings,
-- imports, own_versions; $import_id (the undone one).
create or replace temp table taken_over as
select
    row_number() over (order by sightings.import_id, sightings.record_key) as order_no,
    sightings.import_id,
    imports.platform,
    sightings.version_id,
    own_versions.own_version_id,
    own_versions.own_event_at
from sightings
inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
inner join own_versions on sightings.version_id = own_versions.version_id
semi join affected_records on sightings.kind = affected_records.kind and sightings.record_key = affected_records.record_key
where sightings.kind = 'orders' and sightings.import_id > $import_id;
