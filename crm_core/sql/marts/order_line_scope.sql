-- Grain: line of an order in order_scope. Inputs: order_scope, order_line_versions.
create or replace temp table order_line_scope as
select
    order_line_versions.*, order_scope.order_key, order_scope.customer_id, order_scope.channel, order_scope.ordered_at,
    order_scope.ordered_on, order_scope.is_counted, order_scope.is_adjustment
from order_line_versions
inner join order_scope on order_line_versions.version_id = order_scope.version_id;
