-- Grain: customer, those of whom most is expected within a year first. Inputs: customer_forecasts, expected_purchases,
-- customer_mart; $question, $model, $limit (NULL: all). What the forecast says of each.
with judged as (
    select * from customer_forecasts($question, $model)
),

forecasts as (
    select judged.*, active * within_90 as purchases_90, active * within_365 as purchases_365
    from judged
    inner join expected_purchases using (repeats, observed_days)
),

named as (
    select
        customer_id, name, repeats + 1 as frequency, observed_days - last_days as recency_days, active,
        buys_90 as buys_within_90d, purchases_365 as expected_purchases_365d, purchase_value,
        purchases_365 * purchase_value as expected_revenue_365d
    from forecasts
    left join customer_mart using (customer_id)
    order by expected_revenue_365d desc nulls last, expected_purchases_365d desc, customer_id
    limit $limit
)

select * from named
