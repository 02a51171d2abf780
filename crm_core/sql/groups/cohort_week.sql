-- Grain: customer. Input: purchase_mart.
-- Whose first purchase was in the seven days from a day.
select customer_id
from purchase_mart
where purchase_no = 1
    and purchased_on between ($group).cohort_on and ($group).cohort_on + 6
    and purchased_on <= ($question).as_of
    and coalesce(channel = ($question).channel, true)
