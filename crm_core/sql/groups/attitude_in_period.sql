-- Grain: customer. Input: period_respondents.
-- Who scored like this in the period.
select customer_id
from period_respondents(($group).from_on, ($group).to_on, ($question).channel)
where attitude = ($group).attitude
