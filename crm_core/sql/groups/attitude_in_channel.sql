-- Grain: customer. Input: period_respondents.
-- Who scored like this in the period, asked through a channel.
select customer_id
from period_respondents(($group).from_on, ($group).to_on, ($group).channel)
where attitude = ($group).attitude and coalesce(($question).channel = ($group).channel, true)
