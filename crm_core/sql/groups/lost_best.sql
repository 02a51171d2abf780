-- Grain: customer. Inputs: customer_histories, revenue_ranks; $group: less_than, top_share, and the fitted model r, alpha, a, b.
-- The best customers by spending who still are customers with less than that probability.
with judged as (
    select customer_id, repeats, still_active($group, repeats, last_days, observed_days) as active
    from customer_histories(($question).as_of, ($question).channel)
),

best as (
    select customer_id
    from revenue_ranks($question)
    where revenue_rank <= top_count(customer_count, ($group).top_share)
)

select customer_id from judged
where repeats > 0 and active < ($group).less_than and customer_id in (select customer_id from best)
