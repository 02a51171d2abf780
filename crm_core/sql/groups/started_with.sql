-- Grain: customer. Input: purchases_of_item.
-- Whose first purchase held a product, or a category.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key)
where purchase_no = 1 and purchased_on <= ($question).as_of
    and (($question).channel is null or first_channel = ($question).channel)
