-- Ready-made lists. The macros take `q`, the question of customer_rfm.sql, and `l`, the limits that
-- crm_core.lists.ready_made.ListLimits fills: one_time_from_days, one_time_to_days, silent_gaps, silent_least_days,
-- own_rhythm_gaps, answered_within_days (all INTEGER).

-- Grain: customer with a valid NPS answer. Input: answer_mart.
-- The latest valid answer up to the as-of date of every customer.
create or replace macro latest_answers(q) as table
with answers as (
    select
        customer_id, nps, attitude, comment, answered_on,
        row_number() over (
            partition by customer_id order by submitted_at desc nulls last, answer_key desc
        ) as newest_first
    from answer_mart
    where customer_id is not null and nps is not null and (answered_on is null or answered_on <= (q).as_of)
),

latest as (
    select customer_id, nps, attitude, comment, answered_on from answers where newest_first = 1
)

select * from latest;

-- Grain: customer who bought (in the window) or answered, up to the as-of date; with a channel, whose first purchase was in
-- it. Inputs: rfm_scores, purchase_mart, latest_answers, customer_mart.
-- The figures of every customer, and the keys of the ready-made lists that the customer is on.
create or replace macro list_memberships(q, l) as table
with scores as (
    select * from rfm_scores(q)
),

-- What the best fifth (rounded up) spent at least; ties are in.
best as (
    select percentile_disc(0.2) within group (order by revenue desc) as revenue_from from scores
),

shop_rhythm as (
    select
        median(gap_days) as gap_median,
        quantile_cont(gap_days, 0.25) filter (where purchase_no = 2) as second_from_days,
        quantile_cont(gap_days, 0.75) filter (where purchase_no = 2) as second_to_days
    from purchase_mart
    where gap_days is not null and purchased_on <= (q).as_of
),

ranked as (
    select scores.*, revenue >= revenue_from and revenue > 0 as is_best from scores cross join best
),

-- The gaps of those whose silence is long enough for the question: how many there are, and their median.
own_gaps as (
    select customer_id, median(gap_days) as own_gap_median, count(*) as own_gap_count
    from purchase_mart
    where gap_days is not null and purchased_on <= (q).as_of
        and customer_id in (select customer_id from ranked where is_best and recency_days >= (l).silent_least_days)
    group by customer_id
),

answers as (
    select customer_id, nps, attitude, answered_on
    from latest_answers(q)
    where (q).channel is null
        or customer_id in (select customer_id from customer_mart where first_channel = (q).channel)
),

facts as (
    select
        coalesce(ranked.customer_id, answers.customer_id) as customer_id,
        segment, recency_days, frequency, monetary, r_score, f_score, m_score, last_on, purchase_count,
        coalesce(revenue, 0) as revenue,
        attitude,
        answered_on >= (q).as_of - (l).answered_within_days as is_answer_fresh,
        coalesce(is_best, false) as is_best,
        -- The own rhythm where there are enough gaps to speak of one, else the shop's.
        case when own_gap_count >= (l).own_rhythm_gaps then own_gap_median else gap_median end as rhythm_days,
        second_from_days, second_to_days
    from ranked
    full join answers on ranked.customer_id = answers.customer_id
    left join own_gaps on ranked.customer_id = own_gaps.customer_id
    cross join shop_rhythm
),

members as (
    select
        customer_id, segment, recency_days, frequency, monetary, r_score, f_score, m_score, last_on, purchase_count, revenue,
        [
            'segment_' || segment,
            case when purchase_count = 1 and recency_days between second_from_days and second_to_days
                then 'second_purchase_due' end,
            case when purchase_count = 1 and recency_days between (l).one_time_from_days and (l).one_time_to_days
                then 'one_time_30_60' end,
            case when is_best and recency_days >= (l).silent_least_days and recency_days > rhythm_days * (l).silent_gaps
                then 'silent_best' end,
            case when attitude = 'detractor' and is_answer_fresh then 'detractors_to_call' end,
            case when attitude = 'promoter' and is_answer_fresh then 'promoters_to_thank' end,
            case when is_best then 'top_spenders' end
        ] as list_keys
    from facts
)

select * from members;
