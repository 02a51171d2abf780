-- Grain: survey answer of one customer up to the as-of date or without a date, the newest first. Input: answer_mart.
-- What the customer told us.
with answers as (
    select
        answer_key, submitted_at, answered_on, channel, nps, attitude, satisfaction, satisfaction_scale, comment,
        recommended, answers
    from answer_mart
    where customer_id = $customer_id and (answered_on is null or answered_on <= $as_of)
    order by submitted_at desc nulls last, answer_key
)

select * from answers
