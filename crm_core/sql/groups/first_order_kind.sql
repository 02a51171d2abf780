-- Grain: customer. Input: first_purchases_grouped. Whose first order was of a kind, and who have not come back.
select customer_id
from first_purchases_grouped(
    ($question).as_of, ($question).channel, split_part(($group).trait, '_', 1)
)
where group_key = split_part(($group).trait, '_', 2) and not is_returned
