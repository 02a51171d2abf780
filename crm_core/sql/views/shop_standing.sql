-- Where the customers of the shop stand as of a date, by the shop's own clock (METRICS §5 and §7).

-- Grain: customer with a purchase on or before the as-of date; with a channel, whose purchase 1 was in it.
-- Inputs: purchase_mart, order_mart. How often each has bought, when last, and the revenue (stand-alone returns included).
create or replace macro buyers_as_of(as_of, channel_key) as table
with last_purchases as (
    select customer_id, purchased_on as last_on, purchase_no as purchase_count, net_so_far
    from purchase_mart
    where purchased_on <= as_of and coalesce(next_on > as_of, true)
        and (channel_key is null or first_channel = channel_key)
),

returns as (
    select customer_id, sum(net_amount)::decimal(18, 4) as returned
    from order_mart
    where is_adjustment and customer_id is not null and ordered_on <= as_of
    group by customer_id
),

buyers as (
    select
        customer_id, last_on, purchase_count,
        (as_of - last_on)::integer as silent_days,
        (net_so_far + coalesce(returned, 0))::decimal(18, 4) as revenue
    from last_purchases
    left join returns using (customer_id)
)

select * from buyers;

-- Grain: one row. Input: purchase_mart. The shop's cycle: the plain median of all days between purchases, NULL without any.
create or replace macro shop_cycle_as_of(as_of) as table
with cycle as (
    select median(gap_days)::double as cycle_days from purchase_mart where gap_days is not null and purchased_on <= as_of
)

select * from cycle;

-- The life-cycle stage: N one purchase and E0 several, the last of them within one cycle; S1 silent for up to two cycles, S2
-- up to three, S3 longer. NULL where the shop has no cycle yet.
create or replace macro life_cycle_stage(silent_days, purchase_count, cycle_days) as
    case
        when cycle_days is null then null
        when silent_days > 3 * cycle_days then 'S3'
        when silent_days > 2 * cycle_days then 'S2'
        when silent_days > cycle_days then 'S1'
        when purchase_count = 1 then 'N'
        else 'E0'
    end;

-- Grain: customer with a purchase on or before the as-of date; start_on NULL means all, else those whose purchase 1 is
-- between start_on and end_on. Inputs: buyers_as_of, shop_cycle_as_of, customer_mart. The life-cycle stage of each.
create or replace macro life_cycle_as_of(as_of, start_on, end_on, channel_key, grain) as table
with people as (
    select
        customer_id,
        first_channel as channel,
        greatest(bucket_start(first_on, grain), start_on) as bucket
    from customer_mart
    where first_on <= end_on and (start_on is null or first_on >= start_on)
        and (channel_key is null or first_channel = channel_key)
),

staged as (
    select
        people.customer_id, channel, bucket, revenue, life_cycle_stage(silent_days, purchase_count, cycle_days) as stage
    from people
    inner join buyers_as_of(as_of, null) as buyers on people.customer_id = buyers.customer_id
    cross join shop_cycle_as_of(as_of)
)

select * from staged;

-- Grain: customer known on or before the as-of date (as known_customers). `q` is the question of customer_rfm.sql.
-- Inputs: customer_mart, buyers_as_of, shop_cycle_as_of, latest_answers, answer_mart.
-- The journey stage; the first that fits: aware (never bought), lapsed (silent for more than three cycles), advocate (a
-- promoter by the latest score; or has told of recommending and is no detractor), retained (two purchases or more), purchased.
create or replace macro journey_stages(q) as table
with known as (
    select customer_id
    from customer_mart
    where (least(first_on, joined_on) <= (q).as_of or (first_on is null and joined_on is null))
        and ((q).channel is null or first_channel = (q).channel)
),

referrers as (
    select customer_id, arg_max(recommended, (coalesce(submitted_at, '-infinity'::timestamp), answer_key)) as has_recommended
    from answer_mart
    where customer_id is not null and recommended is not null and (answered_on is null or answered_on <= (q).as_of)
    group by customer_id
),

facts as (
    select
        known.customer_id, purchase_count, silent_days, coalesce(revenue, 0) as revenue, cycle_days, attitude,
        coalesce(has_recommended, false) as has_recommended
    from known
    left join buyers_as_of((q).as_of, null) as buyers on known.customer_id = buyers.customer_id
    left join latest_answers(q) as answers on known.customer_id = answers.customer_id
    left join referrers on known.customer_id = referrers.customer_id
    cross join shop_cycle_as_of((q).as_of)
),

staged as (
    select
        customer_id, revenue, cycle_days,
        case
            when purchase_count is null then 'aware'
            when silent_days > 3 * cycle_days then 'lapsed'
            when attitude = 'promoter' then 'advocate'
            when has_recommended and attitude is distinct from 'detractor' then 'advocate'
            when purchase_count >= 2 then 'retained'
            else 'purchased'
        end as stage
    from facts
)

select * from staged;
