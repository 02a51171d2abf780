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
-- The segment of every customer, and for each other ready-made list, by its key, whether the customer is on it.
create or replace macro list_facts(q, l) as table
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

-- The gaps of those whose silence is long enough for the question: how many there are, and their median. The purchases are
-- not filtered by day before the join: the planner would take them for the smaller side, and they are the larger.
own_gaps as (
    select
        customer_id,
        median(gap_days) filter (where purchased_on <= (q).as_of) as own_gap_median,
        count(gap_days) filter (where purchased_on <= (q).as_of) as own_gap_count
    from purchase_mart
    where customer_id in (select customer_id from ranked where is_best and recency_days >= (l).silent_least_days)
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
        segment, recency_days, purchase_count,
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
        customer_id, segment, revenue,
        coalesce(purchase_count = 1 and recency_days between second_from_days and second_to_days, false) as second_purchase_due,
        coalesce(purchase_count = 1 and recency_days between (l).one_time_from_days and (l).one_time_to_days, false) as one_time_30_60,
        coalesce(
            is_best and recency_days >= (l).silent_least_days and recency_days > rhythm_days * (l).silent_gaps, false
        ) as silent_best,
        coalesce(attitude = 'detractor' and is_answer_fresh, false) as detractors_to_call,
        coalesce(attitude = 'promoter' and is_answer_fresh, false) as promoters_to_thank,
        is_best as top_spenders
    from facts
)

select * from members;

-- Grain: member of one ready-made list. Input: list_facts.
create or replace macro list_members(q, l, list_key) as table
with members as (
    select customer_id
    from list_facts(q, l)
    where case list_key
        when 'second_purchase_due' then second_purchase_due
        when 'one_time_30_60' then one_time_30_60
        when 'silent_best' then silent_best
        when 'detractors_to_call' then detractors_to_call
        when 'promoters_to_thank' then promoters_to_thank
        when 'top_spenders' then top_spenders
        else coalesce(list_key = 'segment_' || segment, false)
    end
)

select * from members;
