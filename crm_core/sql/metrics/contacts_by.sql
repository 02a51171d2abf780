-- Grain: group of the contacts of the period. Input: period_contacts; $by (hour | weekday | source | channel | agent).
-- How many contacts there were, how many calls of them were tried, and how many reached somebody. The hour is known only of
-- contacts with a time, the weekday (1: Monday) only of those whose day is told; NULL: the file does not tell.
with contacts as (
    select
        *,
        case $by
            when 'hour' then hour(contacted_at)::varchar
            when 'weekday' then isodow(contacted_on)::varchar
            when 'source' then source
            when 'channel' then channel
            when 'agent' then agent
        end as group_key
    from period_contacts($start_on, $end_on, $as_of, null, 'period')
    where ($by <> 'hour' or has_time) and ($by <> 'weekday' or is_day_told)
),

counted as (
    select
        group_key, count(*) as contacts, count(*) filter (is_tried) as tried, count(*) filter (is_reached) as reached
    from contacts
    group by group_key
)

select * from counted
order by
    case when $by in ('hour', 'weekday') then group_key::integer end nulls first, contacts desc, group_key nulls last;
