-- Grain: customer. Input: purchases_of_item.
-- Who bought a product, or a category, last between from_days and to_days before the as-of date, and not since.
select customer_id
from purchases_of_item(($group).kind, ($group).product_key)
where ($question).as_of - purchased_on between ($group).from_days and ($group).to_days
    and coalesce(next_on > ($question).as_of, true)
    and (($question).channel is null or first_channel = ($question).channel)
