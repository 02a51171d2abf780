-- Grain: item (product or category) of those asked for x days of waiting. Inputs: {{items}} of product or of category
-- (views/item_purchases.sql).
-- After every purchase of an item: how long until its buyer bought it again (returned), or how long it has been since
-- without (censored at the as-of date). Waits of more than $horizon_days count as one day more than that.
with waits as (
    select
        item_key,
        coalesce(next_on <= $as_of, false) as is_returned,
        least(
            (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on, $horizon_days::integer + 1
        ) as wait_days
    from {items}
    where purchased_on <= $as_of
        and item_key in (select unnest($products))
        and ($channel is null or first_channel = $channel)
),

counted as (
    select
        item_key as product,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from waits
    group by item_key, wait_days
)

select * from counted order by product, wait_days;
