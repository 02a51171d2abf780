-- Grain: product of those asked for whose curve reaches a quarter. Inputs: product_purchase_mart, customer_mart.
-- cycle_p25: the day by which a quarter of a product's buyers bought it again, on the Kaplan-Meier curve of that product as
-- of the date (those who have not yet are censored, never "no").
with first_purchases as (
    select
        product_key,
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days
    from product_purchase_mart
    where product_purchase_no = 1
        and purchased_on <= $as_of
        and product_key in (select unnest($products))
        and ($channel is null or customer_id in (select customer_id from customer_mart where first_channel = $channel))
),

waits as (
    select product_key, wait_days, count(*) filter (where is_returned) as returned, count(*) as ended
    from first_purchases
    group by product_key, wait_days
),

waiting as (
    select
        product_key,
        wait_days,
        returned,
        sum(ended) over (partition by product_key order by wait_days desc rows unbounded preceding) as at_risk
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
    select product_key as product, min(wait_days) as cycle_p25
    from curves
    where still_waiting <= 0.75 + 1e-9
    group by product_key
)

select * from cycles;
