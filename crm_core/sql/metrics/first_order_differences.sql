-- Grain: dimension of the first order x group of it. Inputs: first_purchases_grouped, purchase_mart, product_mart.
-- What a first order was like, and how many came back within the window among those whose window has ended by the as-of
-- date; beside it the same of all first-time buyers, so that the rest follows.
with judged as (
    select
        dimension,
        group_key,
        net_amount,
        purchased_on + $window_days::integer <= $as_of as is_mature,
        is_returned and wait_days <= $window_days as is_back
    from first_purchases_grouped($as_of, $channel, $dimension)
),

groups as (
    select
        dimension,
        group_key,
        count(*) as buyers,
        count(*) filter (where is_mature) as mature_buyers,
        count(*) filter (where is_mature and is_back) as returned,
        min(net_amount) as amount_from,
        max(net_amount) as amount_to
    from judged
    group by dimension, group_key
),

shop as (
    select
        count(*) filter (where purchased_on + $window_days::integer <= $as_of) as shop_buyers,
        count(*) filter (
            where purchased_on + $window_days::integer <= $as_of and is_returned and wait_days <= $window_days
        ) as shop_returned
    from first_purchases_as_of($as_of, null, $as_of, $channel, 'period')
),

told as (
    select
        groups.*,
        coalesce(product_mart.name, groups.group_key) as name,
        shop.shop_buyers - groups.mature_buyers as other_buyers,
        shop.shop_returned - groups.returned as other_returned
    from groups
    cross join shop
    left join product_mart on groups.dimension = 'product' and groups.group_key = product_mart.product_key
    order by groups.dimension, groups.group_key
)

select * from told;
