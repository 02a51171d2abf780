-- Grain: dimension of the first order that tells customers apart in this data. Inputs: purchase_mart, product_purchase_mart,
-- product_mart, order_mart, customer_mart.
-- By what first-time buyers can be grouped (see first_purchases_grouped): a shop of one channel has no channels to compare.
with first_purchases as (
    select channel
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of and ($channel is null or channel = $channel)
),

known as (
    select
        (select count(*) from first_purchases) > 0 as has_buyers,
        (select count(distinct channel) from first_purchases) > 1 as has_channel,
        exists (select 1 from product_purchase_mart where purchased_on <= $as_of) as has_product,
        exists (select 1 from product_mart where category is not null) as has_category,
        exists (
            select 1 from order_mart where purchase_no = 1 and coupon is not null and ordered_on <= $as_of
        ) as has_coupon,
        exists (select 1 from customer_mart where tier is not null and first_on <= $as_of) as has_tier
),

dimensions as (
    select
        unnest(['channel', 'size', 'product', 'category', 'season', 'coupon', 'products', 'tier']) as dimension,
        unnest([has_channel, true, has_product, has_category, true, has_coupon, has_product, has_tier]) as is_known
    from known
    where has_buyers
)

select * from dimensions;
