-- Grain: customer. Inputs: period_respondents, answer_tenures.
-- Who scored like this in the period and had been a customer for so long by then.
select respondents.customer_id
from period_respondents(($group).from_on, ($group).to_on, ($question).channel) as respondents
inner join answer_tenures(($group).from_on, ($group).to_on) as tenures
    on respondents.answer_key = tenures.answer_key
where respondents.attitude = ($group).attitude and tenures.group_key = ($group).tenure
