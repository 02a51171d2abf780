-- Grain: customer x time. Input: purchases_of_item.
-- Who has bought two items in one purchase.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key) as one
inner join purchases_of_item(($group).kind, ($group).next_key) as other using (customer_id)
where other.purchase_no = one.purchase_no and other.purchased_on <= ($question).as_of
    and (($question).channel is null or one.first_channel = ($question).channel)
