-- Grain: one row. Input: period_contacts.
-- How many calls the log of the last four weeks tells of, and in how many hours: an hour of the clock in which a person called.
-- An hour with more than $most_at_once calls of one person in one minute, or more than $most_per_hour in all, holds times that
-- were filled in and not taken; it counts for nothing, and its calls are told apart as filled_in.
with minutes as (
    select coalesce(agent, '') as who, date_trunc('minute', contacted_at) as minute, count(*) as calls
    from period_contacts($day - 27, $day, $day, null, 'period')
    where is_tried and has_time
    group by all
),

hours as (
    select sum(calls) as calls, max(calls) <= $most_at_once and sum(calls) <= $most_per_hour as is_believed
    from minutes
    group by who, date_trunc('hour', minute)
)

select
    coalesce(sum(calls) filter (is_believed), 0)::bigint as calls,
    count(*) filter (is_believed) as hours,
    coalesce(sum(calls) filter (not is_believed), 0)::bigint as filled_in
from hours
