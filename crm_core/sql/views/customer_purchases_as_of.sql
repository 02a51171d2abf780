-- Grain: customer x shop day with a counted order, on or before the as-of date.
-- Inputs: purchase_mart, customer_mart.
-- As purchases_as_of, with the first channel of the customer and the bucket of purchase 1; start_on NULL means all
-- customers, else those whose purchase 1 is between start_on and end_on.
create or replace macro customer_purchases_as_of(as_of, start_on, end_on, channel_key, grain) as table
with purchases as (
    select customer_id, purchase_no, gap_days
    from purchase_mart
    where purchased_on <= as_of
),

buyers as (
    select
        customer_id,
        first_channel as channel,
        greatest(bucket_start(first_on, grain), start_on) as bucket
    from customer_mart
    where first_on <= end_on
        and (start_on is null or first_on >= start_on)
        and (channel_key is null or first_channel = channel_key)
),

known as (
    select purchases.*, buyers.channel, buyers.bucket
    from purchases
    inner join buyers on purchases.customer_id = buyers.customer_id
)

select * from known;
