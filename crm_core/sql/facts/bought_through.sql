-- Grain: customer with an order in a channel; {of}: channel. Input: order_mart. How many.
select customer_id, count(*) as orders
from order_mart
where is_counted and customer_id is not null and ordered_on <= ($question).as_of and channel = ({of}).channel
group by customer_id
