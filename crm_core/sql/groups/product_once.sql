-- Grain: customer. Input: purchases_of_item.
-- Who has bought a product, or a category, on one day only.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key)
where item_purchase_no = 1 and purchased_on <= ($question).as_of and coalesce(next_on > ($question).as_of, true)
    and (($question).channel is null or first_channel = ($question).channel)
