-- Inputs: staged_orders, staged_order_lines. The lines of orders that were judged anew take the place of the old.
delete from order_line_versions where version_id in (select order_no from staged_orders);

insert into order_line_versions by name
select staged_order_lines.* exclude (order_no), order_no as version_id from staged_order_lines;
