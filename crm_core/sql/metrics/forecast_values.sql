-- Grain: number of repeat purchases x what they brought on average, in steps of one $parts-th of it.
-- Input: customer_histories; $as_of, $channel. Customers whose repeat purchases brought something, and the group's means.
with averages as (
    select repeats, (spent_again / nullif(repeats, 0))::double as average
    from customer_histories($as_of, $channel)
    where repeats > 0 and spent_again > 0
),

grouped as (
    select repeats, avg(average) as average, avg(ln(average)) as log_average, count(*) as customers
    from averages
    group by repeats, round(ln(average) * $parts)
)

select * from grouped order by repeats, average
