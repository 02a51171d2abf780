-- Grain: item (product or category) that anyone has bought again on or before the as-of date, at most $most of them; of those with
-- as many repurchasers the first by key. Input: {{items}} of product or of category (views/item_purchases.sql).
-- The items that most people have bought again, most of them first.
with repurchasers as (
    select item_key, count(*) as repurchasers
    from {items}
    where item_purchase_no = 2
        and purchased_on <= $as_of
        and ($product is null or item_key = $product)
        and ($channel is null or first_channel = $channel)
    group by item_key
),

most_repurchased as (
    select item_key from repurchasers order by repurchasers desc, item_key limit $most
)

select * from most_repurchased
