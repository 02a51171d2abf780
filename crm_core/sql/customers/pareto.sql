-- Grain: point of the curve, at most 101. Input: rfm_customers.
-- The share of revenue that comes from the best 0, 1, … 100 % of customers (numbers of customers are rounded up).
with revenues as (
    select revenue from rfm_customers($question)
),

-- Who of several with the same revenue comes first makes no difference to the sums.
ranks as (
    select row_number() over by_revenue as revenue_rank, sum(revenue) over by_revenue as revenue_so_far
    from revenues
    window by_revenue as (order by revenue desc rows unbounded preceding)
),

shop as (
    select count(*) as customer_count, sum(revenue) as revenue_total from revenues
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
    left join ranks on revenue_rank = customers
    order by customers
)

select * from points
