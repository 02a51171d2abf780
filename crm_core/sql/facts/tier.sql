-- Grain: customer with an order in the time; {of}: basis (order | spent), threshold, within_days (0: whenever).
-- Input: tier_standings. Where the customer stands to a tier by one variable.
select customer_id, standing, ({of}).threshold - reached as missing
from tier_standings(
    ($question).as_of,
    case when ({of}).within_days > 0 then ($question).as_of - (({of}).within_days - 1) end,
    ($question).channel, ({of}).basis, ({of}).threshold
)
