-- Grain: reason that somebody on the list may not be contacted for. Inputs: {{people}}, a select of customer_id; contact_barriers.
-- Who has several reasons counts under the one that stands first in $barriers.
with asked as (
    select distinct customer_id from (
{people}
    ) as listed
),

first_reasons as (
    select customer_id, arg_min(reason, list_position($barriers, reason)) as reason
    from contact_barriers($rules)
    where customer_id in (select customer_id from asked)
    group by customer_id
)

select reason, count(*) as customers from first_reasons group by reason
