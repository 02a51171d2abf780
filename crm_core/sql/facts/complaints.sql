-- Grain: customer with a complaint. Input: service_mart. How long ago the last was closed, and whether one is open.
select
    customer_id,
    ($question).as_of - max(closed_on) filter (where closed_on <= ($question).as_of) as closed_days,
    ($question).as_of - max(opened_on) as complained_days,
    bool_or(coalesce(closed_on > ($question).as_of, not coalesce(is_closed, closed_on is not null))) as is_open
from service_mart
where customer_id is not null and is_complaint and (opened_on is null or opened_on <= ($question).as_of)
group by customer_id
