-- Grain: order document (counted order or stand-alone return) of the period and channel.
-- Inputs: order_mart, purchase_mart.
-- Every document that changes orders or revenue in the period, with its bucket and whether its customer was new in it.
create or replace macro period_orders(start_on, end_on, channel_key, grain) as table
with documents as (
    select
        customer_id,
        channel,
        net_amount,
        is_counted,
        is_adjustment,
        is_counted and customer_id is not null as is_identified,
        is_counted and is_repurchase as is_repurchase,
        greatest(bucket_start(ordered_on, grain), start_on) as bucket
    from order_mart
    where ordered_on between start_on and end_on
        and (is_counted or is_adjustment)
        and (channel_key is null or channel = channel_key)
),

-- Purchase 1 over all channels: a customer who came earlier through another channel is not new here.
first_purchases as (
    select customer_id, purchased_on as first_on
    from purchase_mart
    where purchase_no = 1 and purchased_on between start_on and end_on
),

marked as (
    select documents.*, coalesce(first_purchases.first_on >= documents.bucket, false) as is_new
    from documents
    left join first_purchases on documents.customer_id = first_purchases.customer_id
)

select * from marked;
