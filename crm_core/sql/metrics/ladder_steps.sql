-- Grain: step (purchase number) that a customer has reached. Inputs: purchase_mart, customer_mart; steps, the last step asked
-- for. Who reached each step and went on to the next, the plain median of the days until then, and what an order was worth.
with purchases as (
    select
        purchase_no as step,
        case when next_on <= $as_of then next_on - purchased_on end as gap_to_next,
        order_count,
        net_amount
    from purchase_mart
    where purchased_on <= $as_of
        and purchase_no <= $steps
        and ($channel is null or customer_id in (select customer_id from customer_mart where first_channel = $channel))
),

steps as (
    select
        step,
        count(*) as customers,
        count(gap_to_next) as went_on,
        median(gap_to_next) as observed_gap_median,
        sum(net_amount) / nullif(sum(order_count), 0) as average_order_value
    from purchases
    group by step
    order by step
)

select * from steps;
