-- Grain: customer. Input: purchase_mart.
-- Whose first purchase was on the days from from_on to to_on.
select customer_id
from purchase_mart
where purchase_no = 1
    and purchased_on between ($group).from_on and ($group).to_on and purchased_on <= ($question).as_of
    and coalesce(channel = ($question).channel, true)
