-- Grain: customer x product x shop day. Inputs: order_line_mart, purchase_mart, touched_customers.
-- Which product a customer bought on which of their purchases, for the how-manieth time.
insert into product_purchase_mart by name
with bought as (
    select
        customer_id, product_key, ordered_on as purchased_on,
        any_value(purchase_no) as purchase_no,  -- a customer has one purchase a day
        sum(quantity)::decimal(18, 4) as quantity,
        sum(net_amount)::decimal(18, 4) as net_amount
    from order_line_mart
    where is_ranked and customer_id in (select customer_id from touched_customers)
    group by customer_id, product_key, ordered_on
),

numbered as (
    select
        *,
        row_number() over by_day as product_purchase_no,
        purchased_on - lag(purchased_on) over by_day as gap_days,
        lead(purchased_on) over by_day as next_on
    from bought
    window by_day as (partition by customer_id, product_key order by purchased_on)
),

purchases as (
    select customer_id, purchased_on, next_on as followed_on, first_channel
    from purchase_mart
    where customer_id in (select customer_id from touched_customers)
)

select
    customer_id, product_key, purchased_on, purchase_no, product_purchase_no, gap_days, next_on, quantity, net_amount,
    followed_on, first_channel
from numbered
left join purchases using (customer_id, purchased_on)
-- In the order in which they are asked for: a product and who began with it lie together, the rest is passed over.
order by purchase_no > 1, product_key, purchased_on;
