-- Grain: item (product or category) with a window in which it is due. Inputs: {{items}} of product or of category
-- (views/item_purchases.sql).
-- Who bought an item last between due_from_days and due_to_days before the as-of date and not since, and what they paid
-- for it then. $windows is a list of structs of product, due_from_days and due_to_days.
with windows as (
    select entry.product, entry.due_from_days, entry.due_to_days from (select unnest($windows) as entry) as listed
),

-- The last purchase of the item, as of the date.
last_purchases as (
    select item_key, purchased_on, net_amount
    from {items}
    where purchased_on <= $as_of
        and coalesce(next_on > $as_of, true)
        and item_key in (select product from windows)
        and ($channel is null or first_channel = $channel)
),

due as (
    select windows.product, count(*) as due_customers, sum(net_amount) as last_amount
    from last_purchases
    inner join windows on last_purchases.item_key = windows.product
    where $as_of::date - purchased_on between due_from_days and due_to_days
    group by windows.product
)

select * from due;
