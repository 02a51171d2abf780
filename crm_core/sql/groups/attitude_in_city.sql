-- Grain: customer. Inputs: period_respondents, customer_mart.
-- Who scored like this in the period and lives in a city or county.
select respondents.customer_id
from period_respondents(($group).from_on, ($group).to_on, ($question).channel) as respondents
inner join customer_mart on respondents.customer_id = customer_mart.customer_id
where respondents.attitude = ($group).attitude and customer_mart.city = ($group).city
