-- Grain: customer. Inputs: customer_mart, sources_answered. How the customer heard of the shop, as told up to the as-of date.
select customer_mart.customer_id, source_of(customer_mart.source_heard, answered.source_heard) as source_heard
from customer_mart
left join sources_answered(($question).as_of) as answered on customer_mart.customer_id = answered.customer_id
