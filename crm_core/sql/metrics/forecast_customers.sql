-- Grain: customer, those of whom most is expected within a year first. Inputs: customer_histories, expectations_of,
-- expected_purchases, customer_mart; $question, $model, $limit (NULL: all). What the forecast says of each.
with histories as (
    select * from customer_histories(($question).as_of, ($question).channel)
),

named as (
    select
        customer_id, name, repeats + 1 as frequency, observed_days - last_days as recency_days, active,
        buys_90 as buys_within_90d, purchases_365 as expected_purchases_365d, purchase_value,
        purchases_365 * purchase_value as expected_revenue_365d
    from expectations_of('histories', 'expected_purchases', $model)
    left join customer_mart using (customer_id)
    order by expected_revenue_365d desc nulls last, expected_purchases_365d desc, customer_id
    limit $limit
)

select * from named
