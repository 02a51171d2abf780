-- Grain: staged order, and line of it. Inputs: late_returns, staged_orders, staged_order_lines, order_versions,
-- order_line_versions.
-- The order is what the sale's export told, less what came back since; its lines are those of the sale and the returned ones.
create or replace temp table returned_orders as
with returned as (
    select
        order_no,
        any_value(version_id) as version_id,
        coalesce(-sum(net_amount) filter (not is_known), 0) as returned_amount,
        sum(hash(product_key, variant, quantity, net_amount)) filter (not is_known) as lines_hash
    from late_returns
    group by order_no
)

select
    returned.order_no,
    order_versions.* exclude (refund_amount, content_hash),
    least(refund_amount + returned_amount, goods_amount)::decimal(18, 4) as refund_amount,
    content_hash + coalesce(lines_hash, 0)::hugeint as content_hash
from returned
inner join order_versions on returned.version_id = order_versions.version_id;

update staged_orders set
    identity_key = returned_orders.identity_key,
    ordered_at = returned_orders.ordered_at,
    has_time = returned_orders.has_time,
    status = returned_orders.status,
    payment_status = returned_orders.payment_status,
    fulfil_status = returned_orders.fulfil_status,
    return_status = returned_orders.return_status,
    is_cancelled = returned_orders.is_cancelled,
    city = returned_orders.city,
    coupon = returned_orders.coupon,
    order_total = returned_orders.order_total,
    goods_amount = returned_orders.goods_amount,
    refund_amount = returned_orders.refund_amount,
    quantity = returned_orders.quantity,
    has_sale_line = true,
    content_hash = returned_orders.content_hash
from returned_orders
where staged_orders.order_no = returned_orders.order_no;

delete from staged_order_lines where order_no in (select order_no from returned_orders);

insert into staged_order_lines by name
with sold_lines as (
    select returned_orders.order_no, order_line_versions.* exclude (version_id)
    from returned_orders
    inner join order_line_versions on returned_orders.version_id = order_line_versions.version_id
),

last_lines as (
    select order_no, max(line_no) as last_line_no from sold_lines group by order_no
),

new_lines as (
    select late_returns.* exclude (version_id, is_known) replace (last_line_no + late_returns.line_no as line_no)
    from late_returns
    inner join last_lines on late_returns.order_no = last_lines.order_no
    where not is_known
),

lines as (
    select * from sold_lines
    union all by name
    select * from new_lines
),

-- More than was paid cannot come back: what is over goes to the largest line, so that the lines add up to the order.
differences as (
    select
        lines.order_no,
        arg_max(lines.line_no, (abs(lines.net_amount), lines.line_no)) as line_no,
        any_value(returned_orders.goods_amount - returned_orders.refund_amount) - sum(lines.net_amount) as difference
    from lines
    inner join returned_orders on lines.order_no = returned_orders.order_no
    group by lines.order_no
)

select lines.* replace ((net_amount + coalesce(difference, 0))::decimal(18, 4) as net_amount)
from lines
left join differences on lines.order_no = differences.order_no and lines.line_no = differences.line_no;
