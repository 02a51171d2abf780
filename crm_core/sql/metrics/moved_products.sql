-- Grain: product sold in the period or in the earlier period. Inputs: order_line_mart, product_mart.
-- In how many orders each product is and what it brought, in both periods; gifts and free lines count in no order.
with lines as (
    select
        order_key,
        product_key,
        is_ranked,
        net_amount,
        ordered_on between $start_on and $end_on as is_now
    from order_line_mart
    where (ordered_on between $start_on and $end_on or ordered_on between $earlier_start_on and $earlier_end_on)
        and ($channel is null or channel = $channel)
        and product_key is not null
),

totals as (
    select
        product_key,
        count(distinct order_key) filter (where is_ranked and is_now) as orders,
        count(distinct order_key) filter (where is_ranked and not is_now) as orders_before,
        coalesce(sum(net_amount) filter (where is_now), 0) as revenue,
        coalesce(sum(net_amount) filter (where not is_now), 0) as revenue_before
    from lines
    group by product_key
),

named as (
    select
        totals.product_key as product,
        coalesce(product_mart.name, totals.product_key) as name,
        totals.orders,
        totals.orders_before,
        totals.orders - totals.orders_before as change,
        totals.revenue,
        totals.revenue_before
    from totals
    left join product_mart on totals.product_key = product_mart.product_key
    where totals.orders + totals.orders_before > 0
)

select * from named;
