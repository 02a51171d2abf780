-- Grain: one row. Input: revenue_ranks. The share of revenue from the top 20 % of customers (rounded up) by revenue.
with measured as (
    select
        (sum(revenue) filter (revenue_rank <= (customer_count * 20 + 99) // 100) / nullif(sum(revenue), 0))::double
            as top20_revenue_share,
        count(*) as customers
    from revenue_ranks($question)
)

select * from measured
