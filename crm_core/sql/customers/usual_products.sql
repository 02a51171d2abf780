-- Grain: product that one customer bought up to the as-of date, the most usual first, at most ten.
-- Inputs: product_purchase_mart, product_mart. How often, how much of it, and the plain median of days between.
with bought as (
    select
        product_key, count(*)::integer as purchases, sum(quantity) as quantity, sum(net_amount) as revenue,
        max(purchased_on) as last_on, median(gap_days)::double as gap_median
    from product_purchase_mart
    where customer_id = $customer_id and purchased_on <= $as_of
    group by product_key
),

named as (
    select
        product_key, coalesce(product_mart.name, product_key) as product, purchases, quantity, revenue, last_on, gap_median
    from bought
    left join product_mart using (product_key)
    order by purchases desc, revenue desc, product_key
    limit 10
)

select * from named
