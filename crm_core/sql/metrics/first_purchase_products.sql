-- Grain: product in at least one customer's purchase 1 on or before the as-of date.
-- Inputs: purchase_mart, product_purchase_mart, product_mart.
-- Which first product leads to a second purchase (of anything) within the window: among the customers whose window has
-- ended by the as-of date, beside the same share of the whole shop.
with first_purchases as (
    select
        customer_id,
        purchased_on + $window_days::integer <= $as_of as is_mature,
        coalesce(next_on <= $as_of and next_on - purchased_on <= $window_days, false) as is_returned
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of and ($channel is null or channel = $channel)
),

first_products as (
    select customer_id, product_key
    from product_purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of
),

shop as (
    select
        count(*) filter (where is_mature and is_returned)
        / nullif(count(*) filter (where is_mature), 0) as shop_rate
    from first_purchases
),

totals as (
    select
        first_products.product_key,
        count(*) as buyers,
        count(*) filter (where is_mature) as mature_buyers,
        count(*) filter (where is_mature and is_returned) as returned
    from first_products
    inner join first_purchases on first_products.customer_id = first_purchases.customer_id
    group by first_products.product_key
),

described as (
    select
        totals.product_key as product,
        coalesce(product_mart.name, totals.product_key) as name,
        totals.buyers,
        totals.mature_buyers,
        totals.returned,
        totals.returned / nullif(totals.mature_buyers, 0) as return_rate,
        shop.shop_rate,
        totals.returned / nullif(totals.mature_buyers, 0) / nullif(shop.shop_rate, 0) as lift
    from totals
    cross join shop
    left join product_mart on totals.product_key = product_mart.product_key
)

select * from described;
