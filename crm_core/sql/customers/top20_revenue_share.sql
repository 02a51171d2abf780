-- Grain: one row. Input: revenue_ranks. The share of revenue from the top 20 % of customers (rounded up) by revenue.
with measured as (
    select
        (sum(revenue) filter (revenue_rank <= top_count(customer_count, 0.2)) / nullif(sum(revenue), 0))::double
            as top20_revenue_share,
        count(*) as customers
    from revenue_ranks($question)
)

select * from measured
