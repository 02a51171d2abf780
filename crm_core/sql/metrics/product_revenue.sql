-- Grain: item (product or category) of those asked for with a line up to the as-of date.
-- Inputs: {{lines}} of product or of category (views/item_purchases.sql).
-- What each item has brought, anonymous orders included, less returns.
with revenues as (
    select item_key as product, sum(net_amount) as revenue
    from {lines}
    where ordered_on <= $as_of
        and ($product is null or item_key = $product)
        and ($channel is null or channel = $channel)
    group by item_key
)

select * from revenues;
