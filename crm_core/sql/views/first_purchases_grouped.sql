-- Grain: customer with a purchase on or before the as-of date x value that the first order has in a dimension: one value,
-- but as many as there are products or categories in it; none where nothing is known.
-- Inputs: first_purchases_as_of, product_purchase_mart, product_mart, order_mart, customer_mart.
-- What a first order was like, and how long its customer has waited for the second. by_dimension is channel | product |
-- category | size (quarter of the shop's first orders by amount, 1 the smallest; equal amounts are in the same one) |
-- season (quarter of the year) | coupon (yes | no) | products (how many different ones, 4 is four or more) | tier (as the
-- member records have it now); NULL means all of them but tier, which is no part of the order. What is not asked for is
-- not read.
create or replace macro first_purchases_grouped(as_of, channel_key, by_dimension) as table
-- A number tells customers apart faster than their text does.
with first_purchases as (
    select
        row_number() over () as customer_no, customer_id, purchased_on, channel, net_amount, is_returned, wait_days
    from first_purchases_as_of(as_of, null, as_of, channel_key, 'period')
),

size_cuts as (
    select quantile_cont(net_amount, [0.25, 0.5, 0.75]) as cuts
    from first_purchases
    where coalesce(by_dimension, 'size') = 'size'
),

-- Nothing after the as-of date is in a purchase 1 that is not.
first_products as (
    select first_purchases.*, product_purchase_mart.product_key
    from product_purchase_mart
    inner join first_purchases on product_purchase_mart.customer_id = first_purchases.customer_id
    where product_purchase_mart.purchase_no = 1 and coalesce(by_dimension, 'product') in ('product', 'category', 'products')
),

first_categories as (
    select first_products.customer_no, product_mart.category
    from first_products
    inner join product_mart on first_products.product_key = product_mart.product_key
    where product_mart.category is not null and coalesce(by_dimension, 'category') = 'category'
    group by first_products.customer_no, product_mart.category
),

product_counts as (
    select customer_no, least(count(*), 4)::varchar as products
    from first_products
    where coalesce(by_dimension, 'products') = 'products'
    group by customer_no
),

with_coupon as (
    select distinct customer_id
    from order_mart
    where purchase_no = 1 and coupon is not null and coalesce(by_dimension, 'coupon') = 'coupon'
),

grouped as (
    select 'channel' as dimension, channel as group_key, first_purchases.*
    from first_purchases
    where coalesce(by_dimension, 'channel') = 'channel'
    union all
    select 'product' as dimension, product_key as group_key, first_products.* exclude (product_key)
    from first_products
    where coalesce(by_dimension, 'product') = 'product'
    union all
    select 'category' as dimension, category as group_key, first_purchases.*
    from first_categories
    inner join first_purchases on first_categories.customer_no = first_purchases.customer_no
    union all
    select
        'size' as dimension,
        (1 + cuts_below(cuts[1], cuts[2], cuts[3], null, net_amount))::varchar as group_key,
        first_purchases.*
    from first_purchases
    cross join size_cuts
    where coalesce(by_dimension, 'size') = 'size'
    union all
    select 'season' as dimension, quarter(purchased_on)::varchar as group_key, first_purchases.*
    from first_purchases
    where coalesce(by_dimension, 'season') = 'season'
    union all
    select
        'coupon' as dimension,
        case when with_coupon.customer_id is null then 'no' else 'yes' end as group_key,
        first_purchases.*
    from first_purchases
    left join with_coupon on first_purchases.customer_id = with_coupon.customer_id
    where coalesce(by_dimension, 'coupon') = 'coupon'
    union all
    select 'products' as dimension, products as group_key, first_purchases.*
    from product_counts
    inner join first_purchases on product_counts.customer_no = first_purchases.customer_no
    union all
    select 'tier' as dimension, customer_mart.tier as group_key, first_purchases.*
    from first_purchases
    inner join customer_mart on first_purchases.customer_id = customer_mart.customer_id
    where customer_mart.tier is not null and by_dimension = 'tier'
)

select * from grouped;
