-- Grain: calendar month with an order of the item (product or category; $product NULL: of any), up to the as-of date.
-- Inputs: {{lines}} of product or of category (views/item_purchases.sql).
-- What an item brought month by month, anonymous orders included, less returns.
with months as (
    select date_trunc('month', ordered_on)::date as start, sum(net_amount) as revenue
    from {lines}
    where ordered_on <= $as_of
        and ($product is null or item_key = $product)
        and ($channel is null or channel = $channel)
    group by all
)

select * from months order by start;
