-- Grain: reason that somebody on the list may not be contacted for. Inputs: {{people}}, a select of customer_id; contact_barriers,
-- address_repeaters.
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
),

free as (
    select customer_id from asked where customer_id not in (select customer_id from first_reasons)
),

left_out as (
    select reason, customer_id from first_reasons
    union all
    select 'shared_address', customer_id from address_repeaters('free', $rules)
)

select reason, count(*) as customers from left_out group by reason
