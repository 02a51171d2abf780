-- Grain: new | returning customers of the period. Input: purchase_mart.
-- How many bought, how often (customer-days), and what for; who first bought in the period is new, with all purchases of it.
with purchases as (
    select customer_id, purchase_no, net_amount
    from purchase_mart
    where purchased_on between $start_on and $end_on
),

buyers as (
    select customer_id, min(purchase_no) = 1 as is_new, count(*) as purchases, sum(net_amount) as revenue
    from purchases
    group by customer_id
),

totals as (
    select
        null::varchar as channel,
        is_new,
        count(*) as customers,
        sum(purchases)::bigint as purchases,
        sum(revenue) as revenue
    from buyers
    group by is_new
)

select * from totals;
