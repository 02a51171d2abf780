-- What a survey answer belongs to beside its channel. Each macro takes the last day whose answers and purchases are used.

-- Grain: scalar. Inputs: order_mart, answer_mart.
-- Whether a period that starts on a day covers all history: only then are answers without a day in it.
create or replace macro covers_all_history(start_on) as
    coalesce(
        start_on <= least((select min(ordered_on) from order_mart), (select min(answered_on) from answer_mart)), true
    );

-- Grain: answer of a known customer × product. Inputs: answer_mart, purchase_mart, product_purchase_mart.
-- The products of the last purchase on or before the day of the answer: what the answer may be about.
create or replace macro answer_products(first_day, last_day) as table
with answers as (
    select answer_key, customer_id, answered_on
    from answer_mart
    where customer_id is not null and answered_on between first_day and last_day
),

before as (
    select answers.answer_key, answers.customer_id, max(purchase_mart.purchased_on) as purchased_on
    from purchase_mart
    inner join answers on purchase_mart.customer_id = answers.customer_id
    where purchase_mart.purchased_on <= answers.answered_on
    group by answers.answer_key, answers.customer_id
),

products as (
    select before.answer_key, product_purchase_mart.product_key as group_key
    from product_purchase_mart
    inner join before
        on product_purchase_mart.customer_id = before.customer_id
        and product_purchase_mart.purchased_on = before.purchased_on
)

select * from products;

-- Grain: answer of a customer who had bought by then. Inputs: answer_mart, customer_mart.
-- How long the respondent had been a customer on the day of the answer.
create or replace macro answer_tenures(first_day, last_day) as table
with answers as (
    select answer_key, answered_on - first_on as tenure_days
    from answer_mart
    inner join customer_mart on answer_mart.customer_id = customer_mart.customer_id
    where answered_on between first_day and last_day and first_on <= answered_on
),

tenures as (
    select
        answer_key,
        case
            when tenure_days < 90 then 'up_to_90_days'
            when tenure_days < 365 then 'up_to_1_year'
            when tenure_days < 730 then 'up_to_2_years'
            else 'over_2_years'
        end as group_key
    from answers
)

select * from tenures;

-- Grain: day with an answer. Input: answer_mart.
-- The survey wave of each day: a new one starts after more than 21 days without any answer. Answers that keep coming for more
-- than 92 days are no wave but a steady flow, and are cut by calendar month.
create or replace macro answer_waves(last_day) as table
with answer_days as (
    select distinct answered_on from answer_mart where answered_on <= last_day
),

marked as (
    select answered_on, coalesce(answered_on - lag(answered_on) over (order by answered_on) > 21, true) as is_first
    from answer_days
),

numbered as (
    select answered_on, sum(is_first::integer) over (order by answered_on rows unbounded preceding) as run_no from marked
),

runs as (
    select
        answered_on,
        min(answered_on) over (partition by run_no) as first_on,
        max(answered_on) over (partition by run_no) as last_on
    from numbered
),

waves as (
    select
        answered_on,
        case when last_on - first_on <= 92 then first_on else greatest(first_on, date_trunc('month', answered_on)::date)
        end as wave_on
    from runs
)

select * from waves;

-- Grain: known respondent of the period and channel, with the latest valid score. Inputs: period_answers, covers_all_history.
-- Who stands behind the NPS of a period.
create or replace macro period_respondents(first_day, last_day, channel_key) as table
with respondents as (
    select answer_key, customer_id, attitude
    from period_answers(first_day, last_day, channel_key, 'period', false, covers_all_history(first_day))
    where is_score and customer_id is not null
)

select * from respondents;
