-- Grain: staged order that took over what another export tells. Inputs: own_orders (as staged, before), staged_orders,
-- staged_versions, order_versions.
-- Keep what the export told by itself under a version of its own.
create or replace temp table kept_versions as
with last_stored as (select coalesce(max(version_id), 0) as last_id from order_versions)

select
    own_orders.order_no,
    staged_versions.version_id,
    last_id + row_number() over (order by own_orders.order_no) as own_version_id,
    own_orders.last_event_at as own_event_at
from own_orders
inner join staged_orders on own_orders.order_no = staged_orders.order_no
inner join staged_versions on own_orders.order_no = staged_versions.number and staged_versions.is_new
cross join last_stored
where own_orders.content_hash <> staged_orders.content_hash;

insert into own_versions select version_id, own_version_id, own_event_at from kept_versions;
