-- Grain: segment x how likely somebody still is a customer. Inputs: rfm_scores, expectations_of, expected_purchases;
-- $question (over all history), $model.
-- Customers, how many of them are expected to be active still, and what is expected of them.
-- The histories of customer_histories: without a window the scores are of the same purchases.
with histories as (
    select
        segment, spent,
        purchase_count - 1 as repeats,
        (last_on - first_on)::integer as last_days,
        (($question).as_of - first_on)::integer as observed_days,
        spent - first_amount as spent_again
    from rfm_scores($question)
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
    from expectations_of('histories', 'expected_purchases', $model)
    group by segment, band
)

select * from summed order by segment, band
