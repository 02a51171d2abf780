-- Grain: complaint of the period (opened in it; where no day of opening is told, closed in it). Inputs: service_mart,
-- purchase_mart, order_mart, shop_cycle_as_of.
-- Whether the one who complained bought again within one cycle (the median of all observed gaps, whole days) after the complaint was
-- closed, and whether that cycle has passed by the last day that the orders tell of. Both only for known customers.
create or replace macro period_complaints(start_on, end_on, as_of, channel_key, grain) as table
with known_until as (
    select
        (select max(ordered_on) from order_mart where ordered_on <= as_of) as last_on,
        (select floor(cycle_days)::integer from shop_cycle_as_of(as_of)) as cycle_days
),

complaints as (
    select
        service_key, customer_id, channel, topic, opened_on, closed_on,
        coalesce(is_closed, closed_on is not null) and coalesce(closed_on <= as_of, true) as is_closed,
        coalesce(opened_on, closed_on) as told_on
    from service_mart
    where is_complaint
        and coalesce(opened_on, closed_on) between start_on and least(end_on, as_of)
        and (channel_key is null or channel = channel_key)
),

followed as (
    select complaints.service_key, min(purchase_mart.purchased_on) as next_on
    from purchase_mart
    inner join complaints on purchase_mart.customer_id = complaints.customer_id
    where purchase_mart.purchased_on > complaints.closed_on
    group by complaints.service_key
),

judged as (
    select
        complaints.*,
        greatest(bucket_start(told_on, grain), start_on) as bucket,
        complaints.customer_id is not null and coalesce(closed_on + cycle_days <= last_on, false) as is_mature,
        coalesce(next_on <= closed_on + cycle_days and next_on <= last_on, false) as is_recovered
    from complaints
    left join followed on complaints.service_key = followed.service_key
    cross join known_until
)

select * from judged;
