-- Grain: customer x interaction. Input: activity_mart.
-- Who did something in a channel in the period, up to the as-of date; what the shop sends and leaving are nothing they did.
select customer_id
from activity_mart
where customer_id is not null and action not in ('send', 'unsubscribe') and coalesce(channel, '') = ($group).channel
    and acted_on between ($group).from_on and least(($group).to_on, ($question).as_of)
