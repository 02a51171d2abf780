-- Grain: group of customers by money (best, others) × attitude, all eight. Inputs: revenue_ranks, latest_answers.
-- What the top 20 % by revenue (rounded up) think, beside the rest: the latest valid score of each up to the day. Who never
-- gave a score is `silent`, which is unknown and never happy.
with customers as (
    select customer_id, revenue, case when revenue_rank <= top_count(customer_count, 0.2) then 'best' else 'others' end as worth
    from revenue_ranks($question)
),

attitudes as (
    select customers.worth, customers.revenue, coalesce(answers.attitude, 'silent') as attitude
    from customers
    left join latest_answers($question) as answers on customers.customer_id = answers.customer_id
),

counted as (
    select worth, attitude, count(*) as customers, sum(revenue) as revenue from attitudes group by worth, attitude
),

possible as (
    select unnest(['best', 'others']) as worth
),

kinds as (
    select worth, unnest($attitudes) as attitude, generate_subscripts($attitudes, 1) as position from possible
),

filled as (
    select
        kinds.worth, kinds.attitude, position,
        coalesce(customers, 0) as customers,
        coalesce(revenue, 0) as revenue
    from kinds
    semi join customers on true
    left join counted on kinds.worth = counted.worth and kinds.attitude = counted.attitude
),

shared as (
    select
        worth, attitude, customers::bigint as customers,
        (customers / nullif(sum(customers) over (partition by worth), 0))::double as share,
        revenue::double as revenue,
        (revenue / nullif(sum(revenue) over (), 0))::double as revenue_share
    from filled
    order by worth, position
)

select * from shared
