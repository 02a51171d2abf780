-- Grain: customer. Input: purchases_of_item.
-- Who has bought the one item and never the other.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key) as one
where item_purchase_no = 1 and purchased_on <= ($question).as_of
    and customer_id not in (
        select customer_id
        from purchases_of_item(($group).kind, ($group).next_key)
        where purchased_on <= ($question).as_of
    )
    and (($question).channel is null or first_channel = ($question).channel)
