-- Grain: customer x purchase. Input: purchase_mart.
-- Whose first purchase was in the month of a day, and who bought so many months later.
select customer_id
from purchase_mart
where purchased_on <= ($question).as_of
    and date_trunc('month', purchased_on) = date_trunc('month', ($group).cohort_on) + to_months(($group).months_since::integer)
    and customer_id in (
        select customer_id
        from purchase_mart
        where purchase_no = 1
            and purchased_on between date_trunc('month', ($group).cohort_on)::date and last_day(($group).cohort_on)
            and coalesce(channel = ($question).channel, true)
    )
