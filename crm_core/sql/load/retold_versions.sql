-- Grain: order that was put together anew. Inputs: retelling, staged_orders, order_versions.
-- Versions never change: the order gets a new one, which its import sights from now on.
create or replace temp table retold as
select
    retelling.*,
    (select max(version_id) from order_versions) + row_number() over (order by retelling.order_no) as new_version_id,
    staged_orders.last_event_at as event_at
from retelling
inner join staged_orders on retelling.order_no = staged_orders.order_no;

insert into own_versions select new_version_id, own_version_id, own_event_at from retold;

update sightings set version_id = retold.new_version_id, event_at = retold.event_at
from retold
where sightings.kind = 'orders' and sightings.import_id = retold.import_id and sightings.version_id = retold.version_id;
