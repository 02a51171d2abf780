-- Grain: customer. Input: period_channel_buyers.
-- Who bought for the first time on the days from from_on to to_on.
select customer_id
from period_channel_buyers(($group).from_on, least(($group).to_on, ($question).as_of), ($question).channel, 'period')
where is_new
