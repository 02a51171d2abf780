-- Grain: customer x channel x bucket of the period with an identified order there.
-- Inputs: order_mart, purchase_mart.
-- As period_buyers, by channel. Purchase 1 is that over all channels: who came earlier through another one is not new here.
create or replace macro period_channel_buyers(start_on, end_on, channel_key, grain) as table
with orders as (
    select customer_id, channel, greatest(bucket_start(ordered_on, grain), start_on) as bucket
    from order_mart
    where ordered_on between start_on and end_on
        and is_counted
        and customer_id is not null
        and (channel_key is null or channel = channel_key)
),

buyers as (
    select customer_id, channel, bucket
    from orders
    group by customer_id, channel, bucket
),

first_purchases as (
    select customer_id, purchased_on as first_on
    from purchase_mart
    where purchase_no = 1 and purchased_on between start_on and end_on
),

marked as (
    select buyers.*, coalesce(first_purchases.first_on >= buyers.bucket, false) as is_new
    from buyers
    left join first_purchases on buyers.customer_id = first_purchases.customer_id
)

select * from marked;
