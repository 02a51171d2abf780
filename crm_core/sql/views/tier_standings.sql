-- Grain: customer with a counted order from since_on to the as-of date; with a channel, whose purchase 1 was in it.
-- Inputs: order_mart, customer_mart.
-- A tier by one variable, `basis`: the largest single order ('order'), or all that was spent in the time ('spent', returns
-- included). in: at or above the threshold. near: one order away. For 'spent' an average order (of these customers, in this time)
-- would do; for 'order' the largest so far has at least four fifths of the threshold. rest: everyone else.
create or replace macro tier_standings(as_of, since_on, channel_key, basis, threshold) as table
with spent as (
    select
        customer_id,
        sum(net_amount) as revenue,
        max(net_amount) filter (where is_counted) as largest_order,
        count(*) filter (where is_counted) as order_count,
        sum(net_amount) filter (where is_counted) as order_revenue
    from order_mart
    where customer_id is not null and (is_counted or is_adjustment)
        and ordered_on <= as_of and ordered_on >= coalesce(since_on, '-infinity'::date)
    group by customer_id
),

buyers as (
    select customer_id, revenue, order_count, order_revenue, case basis when 'order' then largest_order else revenue end as reached
    from spent
    where order_count > 0
        and (channel_key is null or customer_id in (select customer_id from customer_mart where first_channel = channel_key))
),

reach as (
    select
        case basis when 'order' then 0.2 * threshold else sum(order_revenue) / nullif(sum(order_count), 0) end as reach_amount
    from buyers
),

standings as (
    select
        customer_id, revenue, reached, reach_amount,
        case
            when reached >= threshold then 'in'
            when reached >= threshold - reach_amount then 'near'
            else 'rest'
        end as standing
    from buyers
    cross join reach
)

select * from standings;
