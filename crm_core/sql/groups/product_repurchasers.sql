-- Grain: customer. Input: purchases_of_item.
-- Who has bought a product, or a category, again: on two different days or more.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key)
where item_purchase_no = 2 and purchased_on <= ($question).as_of
    and (($question).channel is null or first_channel = ($question).channel)
