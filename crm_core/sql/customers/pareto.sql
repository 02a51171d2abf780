-- Grain: point of the curve, at most 101. Input: revenue_ranks.
-- The share of revenue that comes from the best 0, 1, … 100 % of customers (numbers of customers are rounded up).
with ranks as (
    select * from revenue_ranks($question)
),

shop as (
    select any_value(customer_count) as customer_count, any_value(revenue_total) as revenue_total from ranks
),

marks as (
    select distinct top_count(customer_count, percent / 100) as customers
    from shop
    cross join range(0, 101) as percents(percent)
    where customer_count > 0
),

points as (
    select
        customers::bigint as customers,
        customers / nullif(customer_count, 0) as customer_share,
        coalesce(revenue_so_far, 0)::double as revenue,
        (coalesce(revenue_so_far, 0) / nullif(revenue_total, 0))::double as revenue_share
    from marks
    cross join shop
    left join (select revenue_rank, revenue_so_far from ranks) on revenue_rank = customers
    order by customers
)

select * from points
