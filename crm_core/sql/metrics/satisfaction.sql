-- Grain: scale on which satisfaction was asked. Input: answer_mart.
-- How satisfied the customers of the period are, on the scale of the question; an identified respondent counts once per
-- scale, with the latest answer.
with answered as (
    select
        satisfaction_scale as scale,
        satisfaction,
        row_number() over (
            partition by satisfaction_scale, customer_id is null, coalesce(customer_id, answer_key)
            order by submitted_at desc nulls last, answer_key desc
        ) as newest_first
    from answer_mart
    where satisfaction is not null
        and (answered_on between $start_on and $end_on or ($with_undated and answered_on is null))
        and ($channel is null or channel = $channel)
),

summed as (
    select
        scale::integer as scale,
        count(*) as answers,
        avg(satisfaction) as average,
        stddev_samp(satisfaction) / sqrt(nullif(count(*), 0)) as standard_error
    from answered
    where newest_first = 1
    group by scale
    order by scale
)

select * from summed
