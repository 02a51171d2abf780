-- Grain: customer x bucket of the period with an identified order, over all channels.
-- Inputs: purchase_mart.
-- Who bought in each bucket, once: the purchase before a customer's first one of the bucket lies before it.
create or replace macro period_buyers(start_on, end_on, grain) as table
with purchases as (
    select
        customer_id,
        purchase_no,
        purchased_on - gap_days as previous_on,
        greatest(bucket_start(purchased_on, grain), start_on) as bucket
    from purchase_mart
    where purchased_on between start_on and end_on
),

buyers as (
    select customer_id, bucket, null::varchar as channel, purchase_no = 1 as is_new
    from purchases
    where previous_on is null or previous_on < bucket
)

select * from buyers;
