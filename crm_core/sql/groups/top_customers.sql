-- Grain: customer. Input: revenue_ranks. The customers who spent most: a share (0..1) of all, rounded up.
select customer_id
from revenue_ranks($question)
where revenue_rank <= ceil(customer_count * ($group).top_share - 0.000001)
