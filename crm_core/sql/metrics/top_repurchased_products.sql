-- Grain: item (product or category) that an identified customer bought on or before the as-of date.
-- Inputs: {{items}} and {{names}} of product or of category (views/item_purchases.sql).
-- Who buys an item again: customers with it in two or more purchases, of those who bought it at all.
with item_purchases as (
    select item_key, item_purchase_no
    from {items}
    where purchased_on <= $as_of
        and ($product is null or item_key = $product)
        and ($channel is null or first_channel = $channel)
),

totals as (
    select
        item_key,
        count(*) filter (where item_purchase_no = 1) as buyers,
        count(*) filter (where item_purchase_no = 2) as repurchasers,
        count(*) filter (where item_purchase_no >= 2) as repurchase_purchases
    from item_purchases
    group by item_key
),

described as (
    select
        totals.item_key as product,
        coalesce(names.name, totals.item_key) as name,
        totals.buyers,
        totals.repurchasers,
        totals.repurchasers / nullif(totals.buyers, 0) as repurchase_rate,
        totals.repurchase_purchases
    from totals
    left join {names} as names on totals.item_key = names.item_key
)

select * from described;
