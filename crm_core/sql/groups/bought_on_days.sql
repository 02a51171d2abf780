-- Grain: customer. Input: purchase_mart.
-- Who bought on the days from from_on to to_on.
select customer_id
from purchase_mart
where purchased_on between ($group).from_on and ($group).to_on and purchased_on <= ($question).as_of
    and coalesce(channel = ($question).channel, true)
