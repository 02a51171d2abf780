-- Grain: customer with a purchase. Input: revenue_ranks. Of which best share by revenue the customer is, rounded up as top_count
-- does: the best 0.2 are those with a top_share of at most 0.2. In steps of a millionth.
select customer_id, ((revenue_rank - 1) * 1000000 // nullif(customer_count, 0) + 1) / 1000000 as top_share
from revenue_ranks($question)
