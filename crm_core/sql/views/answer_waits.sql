-- Grain: known respondent of the period who had bought by the day of the answer. Inputs: period_answers, customer_mart,
-- purchase_mart, order_mart.
-- How long each one has waited with the next purchase since the latest score of the period: the days until it, or until the
-- last day that the orders tell of (censored). A purchase on the day of the answer is not one after it.
create or replace macro answer_waits(start_on, end_on, as_of, channel_key, with_undated) as table
with known_until as (
    select max(ordered_on) as last_on from order_mart where ordered_on <= as_of
),

answers as (
    select answered.customer_id, attitude, submitted_at::date as answered_on
    from period_answers(start_on, end_on, channel_key, 'period', false, with_undated) as answered
    inner join customer_mart on answered.customer_id = customer_mart.customer_id
    where is_score and customer_mart.first_on <= submitted_at::date
),

-- A join on the customer and the smallest later day: looking for the nearest day would sort every purchase of the shop.
next_days as (
    select answers.customer_id, min(purchase_mart.purchased_on) as next_on
    from purchase_mart
    inner join answers on purchase_mart.customer_id = answers.customer_id
    where purchase_mart.purchased_on > answers.answered_on
    group by answers.customer_id
),

followed as (
    select answers.customer_id, answers.attitude, answers.answered_on, next_days.next_on
    from answers
    left join next_days on answers.customer_id = next_days.customer_id
),

waits as (
    select
        customer_id, attitude, answered_on,
        coalesce(next_on <= last_on, false) as is_returned,
        (case when next_on <= last_on then next_on else last_on end) - answered_on as wait_days
    from followed
    cross join known_until
    where answered_on <= last_on
)

select * from waits;
