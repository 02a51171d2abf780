-- Grain: customer. Input: answer_waits.
-- Who scored like this in the period and has not bought since, up to the last day that the orders tell of.
select customer_id
from answer_waits(
    ($group).from_on, ($group).to_on, ($question).as_of, ($question).channel, covers_all_history(($group).from_on)
)
where attitude = ($group).attitude and not is_returned
