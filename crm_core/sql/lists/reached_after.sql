-- Grain: number of calls in a row before, up to $most, that reached nobody. Input: contacts_until.
-- How many calls were made then, and how many of them reached somebody.
with calls as (
    select
        customer_id, contacted_at, contact_key, outcome <> 'not_reached' as is_answered, outcome in ('reached', 'refused') as is_reached,
        row_number() over (partition by customer_id order by contacted_at, contact_key) as call_no
    from contacts_until($day)
    where channel = 'phone' and outcome in ('reached', 'not_reached', 'refused', 'invalid')
),

waited as (
    select
        is_reached,
        call_no - 1 - coalesce(max(call_no) filter (where is_answered) over (
            partition by customer_id order by call_no rows between unbounded preceding and 1 preceding
        ), 0) as failed_before
    from calls
)

select least(failed_before, $most) as failed_before, count(*) as calls, count(*) filter (is_reached) as reached
from waited
group by all
