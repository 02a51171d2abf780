-- Grain: customer x order. Input: order_mart.
-- Who bought in a channel on the days from from_on to to_on.
select customer_id
from order_mart
where ordered_on between ($group).from_on and ($group).to_on
    and ordered_on <= ($question).as_of
    and is_counted
    and customer_id is not null
    and channel = ($group).channel_name
