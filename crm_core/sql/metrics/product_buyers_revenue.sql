-- Grain: product sold or given back in the period. Inputs: product_purchase_mart, order_line_mart, product_mart.
-- Its known buyers, their purchases (customer-days) and revenue, that of anonymous orders, and the rest: returns, gifts and
-- other lines that are no sale of it. product NULL: lines without a product.
-- A purchase whose buyer's one before it lies before the period is a buyer of the period.
with bought as (
    select
        product_key,
        count(*) filter (where gap_days is null or purchased_on - gap_days < $start_on) as customers,
        count(*) as purchases,
        sum(net_amount) as revenue
    from product_purchase_mart
    where purchased_on between $start_on and $end_on
    group by product_key
),

others as (
    select
        product_key,
        coalesce(sum(net_amount) filter (where is_ranked), 0) as anonymous_revenue,
        coalesce(sum(net_amount) filter (where not is_ranked), 0) as other_revenue
    from order_line_mart
    where ordered_on between $start_on and $end_on
        and (customer_id is null or not is_ranked)
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
