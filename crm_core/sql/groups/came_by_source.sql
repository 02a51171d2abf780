-- Grain: customer. Input: new_customer_sources.
-- New customers of the period who heard of the shop in this way.
select customer_id
from new_customer_sources(($group).from_on, ($group).to_on, ($question).channel, 'period')
where source_heard = ($group).source
