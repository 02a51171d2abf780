-- Grain: customer whose first purchase had an item; {of}: kind, item_key. Input: purchases_of_item.
select distinct customer_id, true as is_first
from purchases_of_item(({of}).kind, ({of}).item_key)
where purchase_no = 1 and purchased_on <= ($question).as_of
