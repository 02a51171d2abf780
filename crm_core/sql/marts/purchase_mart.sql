-- Grain: customer x shop day with a counted order. Input: order_scope.
-- One customer's counted orders of one day form one purchase (METRICS §1).
insert into purchase_mart
with counted_orders as (
    select * from order_scope where is_counted and customer_id is not null
),

days as (
    select
        customer_id,
        ordered_on as purchased_on,
        count(*)::integer as order_count,
        sum(net_amount)::decimal(18, 4) as net_amount,
        arg_min(channel, (ordered_at, order_key)) as channel
    from counted_orders
    group by customer_id, ordered_on
),

numbered as (
    select
        *,
        row_number() over by_day as purchase_no,
        purchased_on - lag(purchased_on) over by_day as gap_days,
        lead(purchased_on) over by_day as next_on,
        (sum(net_amount) over by_day)::decimal(18, 4) as net_so_far,
        first_value(purchased_on) over by_day as first_on,
        first_value(net_amount) over by_day as first_amount,
        first_value(channel) over by_day as first_channel
    from days
    window by_day as (partition by customer_id order by purchased_on rows unbounded preceding)
)

select
    customer_id, purchased_on, purchase_no, gap_days, next_on, order_count, net_amount, net_so_far, channel,
    first_on, first_amount, first_channel
from numbered
order by purchased_on, customer_id;
