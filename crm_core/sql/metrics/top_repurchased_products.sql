-- Grain: product that an identified customer bought on or before the as-of date.
-- Inputs: product_purchase_mart, order_line_mart, customer_mart, product_mart.
-- Who buys a product again, and after how long: cycle_p25 is the day by which a quarter of its buyers bought it again on
-- the Kaplan-Meier curve of that product (those still waiting on the as-of date are "not yet"), NULL where it never gets there.
with product_purchases as (
    select
        product_key,
        product_purchase_no,
        gap_days,
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days
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

waits as (
    select product_key, wait_days, count(*) filter (where is_returned) as returned, count(*) as ended
    from product_purchases
    where product_purchase_no = 1
    group by product_key, wait_days
),

waiting as (
    select
        product_key,
        wait_days,
        returned,
        sum(ended) over (
            partition by product_key order by wait_days rows between current row and unbounded following
        ) as at_risk
    from waits
),

-- Days without a return leave the curve where it is.
curves as (
    select
        product_key,
        wait_days,
        product(1 - returned / nullif(at_risk, 0)) over (
            partition by product_key order by wait_days rows unbounded preceding
        ) as still_waiting
    from waiting
    where returned > 0
),

-- The tolerance is for an exact quarter that a product of fractions misses in the last place.
cycles as (
    select product_key, min(wait_days) as cycle_p25
    from curves
    where still_waiting <= 0.75 + 1e-9
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
        totals.observed_gap_median,
        cycles.cycle_p25
    from totals
    left join cycles on totals.product_key = cycles.product_key
    left join revenues on totals.product_key = revenues.product_key
    left join product_mart on totals.product_key = product_mart.product_key
)

select * from described;
