-- Grain: order document (counted order or stand-alone return) of the period and channel.
-- Inputs: order_mart.
-- Every document that changes orders or revenue in the period, with its bucket.
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
)

select * from documents;
