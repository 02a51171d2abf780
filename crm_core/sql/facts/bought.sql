-- Grain: customer who bought an item; {of}: kind (product | category), item_key, and within_days (0: whenever).
-- Input: purchases_of_item. On how many days, and how long ago the last was.
select customer_id, count(*) as purchases, ($question).as_of - max(purchased_on) as purchased_days
from purchases_of_item(({of}).kind, ({of}).item_key)
where purchased_on <= ($question).as_of
    and (({of}).within_days = 0 or purchased_on > ($question).as_of - ({of}).within_days)
group by customer_id
