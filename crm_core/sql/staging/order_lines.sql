-- Grain: line of a staged order. Inputs: order_rows without the rejected rows, staged_orders, product_keys.
-- The order's net amount is spread over its lines in proportion to their value less what was returned. Most orders are worth
-- what their lines are worth, and are done; in the others, what rounding leaves over goes to the largest line.
create or replace temp table staged_order_lines as
with candidate_rows as (
    select
        order_rows.*,
        coalesce(upper(trim(order_rows.sku)), product_keys.product_key) as product_key,
        coalesce(line_value, 0)
        - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0) as weight
    from order_rows
    left join product_keys on order_rows.product = product_keys.product
    where order_rows.row_number not in (select row_number from rejected_rows)
),

-- A summary row names no product although other rows of its order do.
naming_orders as (
    select order_no from candidate_rows group by order_no
    having count(product_key) > 0 and count(product_key) < count(*)
),

lines as (
    select * from candidate_rows
    where product_key is not null or order_no not in (select order_no from naming_orders)
),

order_weights as (
    select
        lines.order_no,
        sum(lines.weight) as weight,
        count(*) as line_count,
        any_value(staged_orders.goods_amount - staged_orders.refund_amount)::decimal(18, 4) as net_amount
    from lines
    inner join staged_orders on lines.order_no = staged_orders.order_no
    group by lines.order_no
),

uneven_orders as (
    select * from order_weights where weight <> net_amount
),

shares as (
    select
        lines.row_number,
        lines.order_no,
        lines.product_key,
        lines.weight,
        lines.quantity,
        round(case
            when uneven_orders.weight <> 0 then uneven_orders.net_amount * (lines.weight / uneven_orders.weight)
            else uneven_orders.net_amount / uneven_orders.line_count
        end, 4)::decimal(18, 4) as share_amount
    from lines
    inner join uneven_orders on lines.order_no = uneven_orders.order_no
),

remainders as (
    select
        uneven_orders.order_no,
        arg_max(shares.row_number, (abs(shares.weight), coalesce(shares.product_key, ''), coalesce(shares.quantity, 1)))
            as row_number,
        any_value(uneven_orders.net_amount) - sum(shares.share_amount) as remainder
    from shares
    inner join uneven_orders on shares.order_no = uneven_orders.order_no
    group by uneven_orders.order_no
),

settled as (
    select shares.row_number, (shares.share_amount + coalesce(remainders.remainder, 0))::decimal(18, 4) as net_amount
    from shares
    left join remainders on shares.row_number = remainders.row_number
)

select
    lines.order_no,
    lines.row_number::integer as line_no,
    lines.product_key,
    trim(lines.sku) as sku,
    lines.product,
    lines.variant,
    lines.category,
    coalesce(lines.line_type, 'goods') as line_type,
    coalesce(lines.quantity, 1)::decimal(18, 4) as quantity,
    coalesce(lines.quantity_returned, 0)::decimal(18, 4) as quantity_returned,
    coalesce(lines.unit_price, lines.line_total / nullif(lines.quantity, 0), lines.line_total)::decimal(18, 4) as unit_price,
    coalesce(settled.net_amount, lines.weight)::decimal(18, 4) as net_amount
from lines
left join settled on lines.row_number = settled.row_number
semi join staged_orders on lines.order_no = staged_orders.order_no;
