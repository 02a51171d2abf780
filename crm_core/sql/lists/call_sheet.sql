-- Grain: customer to call, the highest priority first. Inputs: called_people (customer x list, filled by
-- crm_core.lists.call_sheet), rfm_values, purchase_mart, calls_in_vain, contact_barriers,
-- address_repeaters.
-- Each customer once, for the list of the highest priority; `also` are the places of the other lists. $lists are structs of place,
-- chance (that a call on the list leads to a purchase) and is_at_risk; $reach the chances to be reached after 0, 1, 2 … calls in a
-- row that were not; $shop_purchases how many purchases of the shop's mean a customer's own mean is drawn towards.
with free as (
    select distinct customer_id
    from called_people
    where customer_id not in (select customer_id from contact_barriers($rules))
),

people as (
    select customer_id, place
    from called_people
    where customer_id in (select customer_id from free)
        and customer_id not in (select customer_id from address_repeaters('free', $rules))
),

figures as (
    select customer_id, purchase_count, revenue, last_on from rfm_values($question)
),

shop as (
    select coalesce(sum(revenue) / nullif(sum(purchase_count), 0), 0)::double as shop_mean from figures
),

-- What was spent in the year that ended with the last purchase.
years as (
    select purchases.customer_id, sum(net_amount)::double as year_amount
    from purchase_mart as purchases
    inner join figures on purchases.customer_id = figures.customer_id
    where purchased_on between last_on - 364 and last_on
        and purchases.customer_id in (select customer_id from people)
    group by purchases.customer_id
),

worth as (
    select
        asked.customer_id,
        greatest(
            (coalesce(revenue, 0)::double + $shop_purchases * shop_mean) / nullif(coalesce(purchase_count, 0) + $shop_purchases, 0), 0
        ) as usual_amount,
        coalesce(year_amount, 0) as year_amount,
        least(coalesce(failed_calls, 0), len($reach) - 1) as failed_before
    from (select distinct customer_id from people) as asked
    left join figures on asked.customer_id = figures.customer_id
    left join years on asked.customer_id = years.customer_id
    left join calls_in_vain(($rules).day) as calls on asked.customer_id = calls.customer_id
    cross join shop
),

lists as (
    select entry.place, entry.chance, entry.is_at_risk from (select unnest($lists) as entry) as given
),

ranked as (
    select
        people.customer_id, people.place,
        case when is_at_risk then greatest(year_amount, usual_amount) else usual_amount end as stake,
        chance, $reach[failed_before + 1] as reach
    from people
    inner join worth on people.customer_id = worth.customer_id
    inner join lists on people.place = lists.place
),

best as (
    select
        customer_id,
        arg_max(place, (stake * chance, -place)) as place,
        arg_max(stake, (stake * chance, -place)) as stake,
        arg_max(chance, (stake * chance, -place)) as chance,
        any_value(reach) as reach,
        list(distinct place) as places
    from ranked
    group by customer_id
)

select
    customer_id, place, stake, chance, reach, stake * chance * reach as priority,
    list_sort(list_filter(places, each -> each <> place)) as also
from best
order by priority desc, stake desc, customer_id
limit $size
