-- Grain: customer. Inputs: new_customer_sources, customer_mart.
-- New customers of the period, up to the as-of date, who heard of the shop in this way.
select sources.customer_id
from new_customer_sources(($group).from_on, ($group).to_on, ($question).channel, 'period') as sources
inner join customer_mart on sources.customer_id = customer_mart.customer_id
where sources.source_heard = ($group).source and customer_mart.first_on <= ($question).as_of
