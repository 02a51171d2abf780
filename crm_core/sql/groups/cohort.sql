-- Grain: customer. Input: purchase_mart.
-- Whose first purchase was in the month of a day.
select customer_id
from purchase_mart
where purchase_no = 1
    and purchased_on between date_trunc('month', ($group).cohort_on)::date and last_day(($group).cohort_on)
    and purchased_on <= ($question).as_of
    and coalesce(channel = ($question).channel, true)
