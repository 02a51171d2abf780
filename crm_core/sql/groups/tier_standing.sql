-- Grain: customer. Input: tier_standings. The customers on one side of a threshold; window_days 0 means all history.
select customer_id
from tier_standings(
    ($question).as_of,
    case when ($group).window_days > 0 then ($question).as_of - (($group).window_days - 1)::integer end,
    ($question).channel,
    ($group).basis,
    ($group).threshold
)
where standing = ($group).standing
