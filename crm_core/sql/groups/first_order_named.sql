-- Grain: customer. Input: first_purchases_grouped.
-- Whose first order was in a channel or of a category, or who are in a tier, and who have not come back.
select customer_id
from first_purchases_grouped(($question).as_of, ($question).channel, ($group).dimension)
where group_key = ($group).value and not is_returned
