-- Grain: customer. Inputs: rfm_customers, best_customers; $group: less_than, top_share, and the fitted model r, alpha, a, b.
-- The best customers by spending who still are customers with less than that probability.
with judged as (
    select
        customer_id,
        still_active(
            $group, purchase_count - 1, (last_on - first_on)::integer, (($question).as_of - first_on)::integer
        ) as active
    from rfm_customers($question)
    where purchase_count > 1
)

select customer_id from judged
where active < ($group).less_than
    and customer_id in (select customer_id from best_customers($question, ($group).top_share))
