-- Grain: product that an identified customer bought on or before the as-of date.
-- Inputs: product_purchase_mart, order_line_mart, customer_mart, product_mart.
-- Who buys a product again: customers with it in two or more purchases, of those who bought it at all.
with product_purchases as (
    select product_key, product_purchase_no, gap_days
    from product_purchase_mart
    where purchased_on <= $as_of
        and ($channel is null or customer_id in (select customer_id from customer_mart where first_channel = $channel))
),

totals as (
    select
        product_key,
        count(*) filter (where product_purchase_no = 1) as buyers,
        count(*) filter (where product_purchase_no = 2) as repurchasers,
        count(*) filter (where product_purchase_no >= 2) as repurchase_purchases,
        median(gap_days) as observed_gap_median
    from product_purchases
    group by product_key
),

revenues as (
    select product_key, sum(net_amount) as revenue
    from order_line_mart
    where ordered_on <= $as_of and ($channel is null or channel = $channel)
    group by product_key
),

described as (
    select
        totals.product_key as product,
        coalesce(product_mart.name, totals.product_key) as name,
        totals.buyers,
        totals.repurchasers,
        totals.repurchasers / nullif(totals.buyers, 0) as repurchase_rate,
        totals.repurchase_purchases,
        coalesce(revenues.revenue, 0) as revenue,
        totals.observed_gap_median
    from totals
    left join revenues on totals.product_key = revenues.product_key
    left join product_mart on totals.product_key = product_mart.product_key
)

select * from described;
