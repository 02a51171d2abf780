-- Grain: customer x order. Input: order_mart.
-- Who bought on the days from then_from_on to then_to_on, and not on those from from_on to to_on.
select customer_id
from order_mart
where ordered_on between ($group).then_from_on and ($group).then_to_on
    and ordered_on <= ($question).as_of
    and is_counted
    and customer_id is not null
    and (($question).channel is null or channel = ($question).channel)
    and customer_id not in (
        select customer_id
        from order_mart
        where ordered_on between ($group).from_on and ($group).to_on
            and ordered_on <= ($question).as_of
            and is_counted
            and customer_id is not null
            and (($question).channel is null or channel = ($question).channel)
    )
