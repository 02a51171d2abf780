-- Grain: line of a staged order. Inputs: order_rows without the rejected rows, staged_orders, product_keys.
-- The order's net amount is spread over its lines in proportion to their value less what was returned, to the cent.
create or replace temp table staged_order_lines as
with candidate_rows as (
    select
        order_rows.*,
        coalesce(upper(trim(order_rows.sku)), product_keys.product_key) as product_key
    from order_rows
    left join product_keys on order_rows.product = product_keys.product
    where order_rows.row_number not in (select row_number from rejected_rows)
),

-- A summary row names no product although other rows of its order do.
naming_orders as (
    select order_key from candidate_rows group by order_key
    having count(product_key) > 0 and count(product_key) < count(*)
),

lines as (
    select
        *,
        coalesce(line_value, 0)
        - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0) as weight
    from candidate_rows
    where product_key is not null or order_key not in (select order_key from naming_orders)
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_key
            order by abs(weight) desc, product_key, product, variant, quantity, unit_price, line_total, row_number
        ) as line_no,
        sum(weight) over (partition by order_key) as order_weight,
        count(*) over (partition by order_key) as line_count
    from lines
),

shares as (
    select
        ranked.*,
        (staged_orders.goods_amount - staged_orders.refund_amount)::decimal(18, 4) as order_net,
        round(case
            when ranked.order_weight = staged_orders.goods_amount - staged_orders.refund_amount then ranked.weight
            when ranked.order_weight <> 0
                then (staged_orders.goods_amount - staged_orders.refund_amount) * (ranked.weight / ranked.order_weight)
            else (staged_orders.goods_amount - staged_orders.refund_amount) / ranked.line_count
        end, 4)::decimal(18, 4) as share_amount
    from ranked
    inner join staged_orders on ranked.order_key = staged_orders.order_key
),

settled as (
    select
        *,
        (share_amount + case
            when line_no = 1 then order_net - sum(share_amount) over (partition by order_key) else 0
        end)::decimal(18, 4) as net_amount
    from shares
)

select
    order_key,
    line_no::integer as line_no,
    product_key,
    trim(sku) as sku,
    product,
    variant,
    category,
    coalesce(line_type, 'goods') as line_type,
    coalesce(quantity, 1)::decimal(18, 4) as quantity,
    coalesce(quantity_returned, 0)::decimal(18, 4) as quantity_returned,
    coalesce(unit_price, line_total / nullif(quantity, 0), line_total)::decimal(18, 4) as unit_price,
    net_amount
from settled;
