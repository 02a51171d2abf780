-- Grain: customer with a purchase. Input: revenue_ranks. Where a customer stands by revenue: 0.2 is the last of the top fifth.
select customer_id, revenue_rank / nullif(customer_count, 0) as top_share from revenue_ranks($question)
