-- Grain: days of waiting. Inputs: {{items}} of product or of category (views/item_purchases.sql).
-- From a buyer's first purchase of one item to the next: how many came back after so many days, and how many have waited so
-- long without (censored at the as-of date).
with first_purchases as (
    select
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days
    from {items}
    where item_purchase_no = 1
        and purchased_on <= $as_of
        and item_key = $product
        and ($channel is null or first_channel = $channel)
),

waits as (
    select
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from first_purchases
    group by wait_days
)

select * from waits;
