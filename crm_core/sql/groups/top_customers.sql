-- Grain: customer. Input: revenue_ranks. The customers who spent most: a share (0..1) of all, rounded up.
select customer_id
from revenue_ranks($question)
where revenue_rank <= top_count(customer_count, ($group).top_share)
