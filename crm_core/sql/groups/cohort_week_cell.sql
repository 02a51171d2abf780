-- Grain: customer x purchase. Input: purchase_mart.
-- Whose first purchase was in the seven days from a day, and who bought so many weeks later.
select customer_id
from purchase_mart
where purchased_on <= ($question).as_of
    and (purchased_on - ($group).cohort_on) // 7 = ($group).weeks_since
    and purchased_on >= ($group).cohort_on
    and customer_id in (
        select customer_id
        from purchase_mart
        where purchase_no = 1
            and purchased_on between ($group).cohort_on and ($group).cohort_on + 6
            and coalesce(channel = ($question).channel, true)
    )
