-- Grain: line of an order in order_scope. Inputs: order_scope, order_line_versions.
create or replace temp table order_line_scope as
select order_line_versions.*
from order_line_versions
semi join order_scope
    on order_line_versions.order_key = order_scope.order_key and order_line_versions.import_id = order_scope.import_id;
