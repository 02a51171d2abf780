-- Grain: item (product or category) in at least one customer's purchase 1 on or before the as-of date.
-- Inputs: purchase_mart, {{items}} and {{names}} of product or of category (views/item_purchases.sql).
-- Which first item leads to a second purchase (of anything) within the window: among the customers whose window has
-- ended by the as-of date, beside the same share of the whole shop.
with first_purchases as (
    select
        purchased_on + $window_days::integer <= $as_of as is_mature,
        coalesce(next_on <= $as_of and next_on - purchased_on <= $window_days, false) as is_returned
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of and ($channel is null or channel = $channel)
),

first_items as (
    select
        item_key,
        purchased_on + $window_days::integer <= $as_of as is_mature,
        coalesce(followed_on <= $as_of and followed_on - purchased_on <= $window_days, false) as is_returned
    from {items}
    where purchase_no = 1 and purchased_on <= $as_of
        and ($channel is null or first_channel = $channel)
),

shop as (
    select
        count(*) as shop_buyers,
        count(*) filter (where is_mature) as shop_mature,
        count(*) filter (where is_mature and is_returned) as shop_returned
    from first_purchases
),

totals as (
    select
        item_key,
        count(*) as buyers,
        count(*) filter (where is_mature) as mature_buyers,
        count(*) filter (where is_mature and is_returned) as returned
    from first_items
    group by item_key
),

described as (
    select
        totals.item_key as product,
        coalesce(names.name, totals.item_key) as name,
        totals.buyers,
        totals.mature_buyers,
        totals.returned,
        totals.returned / nullif(totals.mature_buyers, 0) as return_rate,
        totals.buyers / nullif(shop.shop_buyers, 0) as start_share,
        shop.shop_returned / nullif(shop.shop_mature, 0) as shop_rate,
        shop.shop_mature,
        shop.shop_returned
    from totals
    cross join shop
    left join {names} as names on totals.item_key = names.item_key
)

select * from described;
