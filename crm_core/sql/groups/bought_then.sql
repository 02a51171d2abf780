-- Grain: customer x time. Input: purchases_of_item.
-- Who has bought the one item and, on the very next purchase, the other.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key) as earlier
inner join purchases_of_item(($group).kind, ($group).next_key) as later using (customer_id)
where later.purchase_no = earlier.purchase_no + 1 and later.purchased_on <= ($question).as_of
    and (($question).channel is null or earlier.first_channel = ($question).channel)
