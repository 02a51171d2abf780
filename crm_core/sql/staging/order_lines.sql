-- Grain: line of a staged order. Inputs: order_rows, summary_rows, staged_orders.
-- The order's net amount is spread over its lines in proportion to their value less what was returned. Most orders are worth
-- what their lines are worth, and are done; in the others, what rounding leaves over goes to the largest line. Where no line has
-- a value, every piece counts alike.
create or replace temp table staged_order_lines as
with lines as (
    select
        order_rows.row_number, order_rows.order_no, order_rows.product_key, order_rows.weight, order_rows.variant,
        order_rows.line_type, coalesce(order_rows.quantity, 1) as quantity, order_rows.quantity_returned, order_rows.unit_price,
        order_rows.line_total,
        staged_orders.weight as order_weight,
        staged_orders.line_count,
        staged_orders.pieces as order_quantity,
        staged_orders.goods_amount - staged_orders.refund_amount as order_net
    from order_rows
    inner join staged_orders on order_rows.order_no = staged_orders.order_no
    where order_rows.row_number not in (select row_number from summary_rows)
),

shares as (
    select
        row_number, order_no, order_net, weight, product_key, quantity,
        round(case
            when order_weight <> 0 then order_net * (weight / order_weight)
            when order_quantity > 0 then order_net * (greatest(quantity, 0) / nullif(order_quantity, 0))
            else order_net / line_count
        end, 4)::decimal(18, 4) as share_amount
    from lines
    where order_weight <> order_net
),

remainders as (
    select
        arg_max(row_number, (abs(weight), coalesce(product_key, ''), coalesce(quantity, 1))) as row_number,
        any_value(order_net) - sum(share_amount) as remainder
    from shares
    group by order_no
),

settled as (
    select shares.row_number, (share_amount + coalesce(remainder, 0))::decimal(18, 4) as net_amount
    from shares
    left join remainders on shares.row_number = remainders.row_number
)

select
    lines.order_no,
    (row_number() over (partition by lines.order_no order by lines.row_number))::integer as line_no,
    lines.product_key,
    lines.variant,
    coalesce(lines.line_type, 'goods') as line_type,
    coalesce(lines.quantity, 1)::decimal(18, 4) as quantity,
    coalesce(lines.quantity_returned, 0)::decimal(18, 4) as quantity_returned,
    coalesce(lines.unit_price, lines.line_total / nullif(lines.quantity, 0), lines.line_total)::decimal(18, 4) as unit_price,
    coalesce(settled.net_amount, lines.weight)::decimal(18, 4) as net_amount
from lines
left join settled on lines.row_number = settled.row_number;
