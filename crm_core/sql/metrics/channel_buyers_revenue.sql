-- Grain: channel x new | returning customers of the period. Inputs: order_mart, purchase_mart.
-- As buyers_revenue, by channel: a customer who bought in two channels counts in both, and new is who is new to the shop.
with orders as (
    select customer_id, channel, ordered_on, net_amount
    from order_mart
    where ordered_on between $start_on and $end_on
        and is_counted
        and customer_id is not null
        and ($channel is null or channel = $channel)
),

purchases as (
    select channel, customer_id, ordered_on, sum(net_amount) as revenue
    from orders
    group by channel, customer_id, ordered_on
),

buyers as (
    select channel, customer_id, count(*) as purchases, sum(revenue) as revenue
    from purchases
    group by channel, customer_id
),

newcomers as (
    select customer_id
    from purchase_mart
    where purchase_no = 1 and purchased_on between $start_on and $end_on
),

marked as (
    select buyers.*, newcomers.customer_id is not null as is_new
    from buyers
    left join newcomers on buyers.customer_id = newcomers.customer_id
),

totals as (
    select
        channel,
        is_new,
        count(*) as customers,
        sum(purchases)::bigint as purchases,
        sum(revenue) as revenue
    from marked
    group by channel, is_new
)

select * from totals;
