-- Grain: customer. Inputs: revenue_ranks, latest_answers.
-- Who is among the top 20 % by revenue (rounded up), or among the others, and scored like this at last; silent: never gave a score.
with customers as (
    select
        customer_id,
        case when revenue_rank <= top_count(customer_count, 0.2) then 'best' else 'others' end as worth
    from revenue_ranks($question)
)

select customers.customer_id
from customers
left join latest_answers($question) as answers on customers.customer_id = answers.customer_id
where customers.worth = ($group).worth and coalesce(answers.attitude, 'silent') = ($group).attitude
