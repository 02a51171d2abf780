-- Grain: segment x how likely somebody still is a customer. Inputs: customer_forecasts, expected_purchases, rfm_scores; $question, $model.
-- Customers, how many of them are expected to be active still, and what is expected of them.
with judged as (
    select * from customer_forecasts($question, $model)
),

forecasts as (
    select judged.*, active * within_90 as purchases_90, active * within_365 as purchases_365
    from judged
    inner join expected_purchases using (repeats, observed_days)
),

scores as (
    select customer_id, segment from rfm_scores($question)
),

summed as (
    select
        segment, band,
        count(*) as customers,
        sum(active) filter (where repeats > 0) as expected_active_customers, -- of a single purchase nobody can tell
        sum(purchases_90) as expected_purchases_90d,
        sum(purchases_90 * purchase_value) as expected_revenue_90d,
        sum(purchases_365) as expected_purchases_365d,
        sum(purchases_365 * purchase_value) as expected_revenue_365d,
        sum(spent)::double as revenue
    from forecasts
    left join scores using (customer_id)
    group by segment, band
)

select * from summed order by segment, band
