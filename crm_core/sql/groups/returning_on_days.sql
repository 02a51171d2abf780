-- Grain: customer. Input: period_channel_buyers.
-- Who bought on the days from from_on to to_on and had bought before.
select customer_id
from period_channel_buyers(($group).from_on, least(($group).to_on, ($question).as_of), ($question).channel, 'period')
where not is_new
