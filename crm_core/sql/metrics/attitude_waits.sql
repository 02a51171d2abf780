-- Grain: attitude × wait in days. Input: answer_waits.
-- How many respondents came back after so many days, and how many are not back and known no longer.
with counted as (
    select
        attitude,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from answer_waits($start_on, $end_on, $as_of, $channel, $with_undated)
    group by attitude, wait_days
    order by attitude, wait_days
)

select * from counted
