-- Grain: customer. Input: best_customers. The customers who spent most: a share (0..1) of all, rounded up.
select customer_id from best_customers($question, ($group).top_share)
