-- Grain: customer x order. Input: order_mart.
-- Who made a repurchase order on the days from from_on to to_on.
select customer_id
from order_mart
where is_repurchase
    and ordered_on between ($group).from_on and ($group).to_on and ordered_on <= ($question).as_of
    and coalesce(channel = ($question).channel, true)
