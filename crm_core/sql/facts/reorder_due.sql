-- Grain: customer with an item that is due; {of}: windows (structs of kind, item_key, from_days, to_days).
-- Inputs: product_items, category_items. Whoever bought an item last so many days ago and not since; the one due longest.
select customer_id, true as is_due, arg_min(bought.item_key, (purchased_on, bought.item_key)) as due_item
from (
    select 'product' as kind, customer_id, item_key, purchased_on, next_on from product_items()
    union all
    select 'category', customer_id, item_key, purchased_on, next_on from category_items()
) as bought
inner join (
    select entry.kind, entry.item_key, entry.from_days, entry.to_days
    from (select unnest(({of}).windows) as entry) as listed
) as windows on bought.kind = windows.kind and bought.item_key = windows.item_key
where purchased_on <= ($question).as_of and coalesce(next_on > ($question).as_of, true)
    and ($question).as_of - purchased_on between from_days and to_days
group by customer_id
