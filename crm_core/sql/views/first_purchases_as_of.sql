-- Grain: customer with a purchase on or before the as-of date.
-- Inputs: purchase_mart.
-- How long each customer has waited for the second purchase as of a date: the days until it, or until the as-of date
-- where it has not come yet (censored); start_on NULL means all customers, else the first-timers of start_on .. end_on.
create or replace macro first_purchases_as_of(as_of, start_on, end_on, channel_key, grain) as table
with first_purchases as (
    select
        customer_id,
        channel,
        purchased_on,
        net_amount,
        greatest(bucket_start(purchased_on, grain), start_on) as bucket,
        coalesce(next_on <= as_of, false) as is_returned,
        (case when next_on <= as_of then next_on else as_of end) - purchased_on as wait_days
    from purchase_mart
    where purchase_no = 1
        and purchased_on <= end_on
        and (start_on is null or purchased_on >= start_on)
        and (channel_key is null or channel = channel_key)
)

select * from first_purchases;
