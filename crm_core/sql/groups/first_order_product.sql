-- Grain: customer. Input: first_purchases_grouped. Whose first order had a product in it, and who have not come back.
select customer_id
from first_purchases_grouped(($question).as_of, ($question).channel, 'product')
where group_key = ($group).product_key and not is_returned
