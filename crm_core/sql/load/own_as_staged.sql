-- Grain: order, and line of it, as one import told it by itself. Inputs: retelling (taken_over of that import),
-- order_versions, order_line_versions.
create or replace temp table staged_orders as
select retelling.order_no, retelling.own_event_at as last_event_at, order_versions.* exclude (version_id)
from retelling
inner join order_versions on retelling.own_version_id = order_versions.version_id;

create or replace temp table staged_order_lines as
select retelling.order_no, order_line_versions.* exclude (version_id)
from retelling
inner join order_line_versions on retelling.own_version_id = order_line_versions.version_id;

create or replace temp table staged_mixed_rows as select 0::bigint as order_no limit 0;
