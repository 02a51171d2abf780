-- Grain: product sold or given back in the period, in one channel. Inputs: order_line_mart, product_mart.
-- Its known buyers, their purchases (customer-days) and revenue, that of anonymous orders, and the rest: returns, gifts and
-- other lines that are no sale of it. product NULL: lines without a product.
with lines as (
    select
        product_key, customer_id, ordered_on, net_amount, is_ranked,
        is_ranked and product_key is not null and customer_id is not null as is_purchase
    from order_line_mart
    where ordered_on between $start_on and $end_on
        and channel = $channel
),

purchases as (
    select product_key, customer_id, ordered_on, sum(net_amount) as revenue
    from lines
    where is_purchase
    group by product_key, customer_id, ordered_on
),

buyers as (
    select product_key, customer_id, count(*) as purchases, sum(revenue) as revenue
    from purchases
    group by product_key, customer_id
),

bought as (
    select product_key, count(*) as customers, sum(purchases)::bigint as purchases, sum(revenue) as revenue
    from buyers
    group by product_key
),

others as (
    select
        product_key,
        coalesce(sum(net_amount) filter (where is_ranked), 0) as anonymous_revenue,
        coalesce(sum(net_amount) filter (where not is_ranked), 0) as other_revenue
    from lines
    where not is_purchase
    group by product_key
),

totals as (
    select
        coalesce(bought.product_key, others.product_key) as product,
        coalesce(bought.customers, 0) as customers,
        coalesce(bought.purchases, 0) as purchases,
        coalesce(bought.revenue, 0) as revenue,
        coalesce(others.anonymous_revenue, 0) as anonymous_revenue,
        coalesce(others.other_revenue, 0) as other_revenue
    from bought
    full join others on bought.product_key = others.product_key
),

named as (
    select totals.*, coalesce(product_mart.name, totals.product) as name
    from totals
    left join product_mart on totals.product = product_mart.product_key
)

select * from named;
