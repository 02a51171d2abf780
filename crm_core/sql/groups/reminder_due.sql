-- Grain: customer. Input: purchase_mart.
-- Who bought once, within a week of so many days ago, and has not come back.
select customer_id
from purchase_mart
where purchase_no = 1
    and purchased_on between ($question).as_of - ($group).day - 7 and ($question).as_of - greatest(($group).day - 7, 0)
    and coalesce(next_on > ($question).as_of, true)
    and coalesce(channel = ($question).channel, true)
