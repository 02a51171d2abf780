-- Grain: pair of items (product or category), from the one to the other, seen $support times or more.
-- Inputs: {{items}} and {{names}} of product or of category (views/item_purchases.sql), purchase_mart.
-- How often a purchase with one item is followed $step purchases later (0: the same purchase) by one with another item,
-- beside how often the other item stands there at all. Of the items the $most_items bought most often are held against
-- each other; $product and $next_product bring in one that is not among them, and leave out all other pairs.
with counted as (
    select item_key, count(*) as times from {items} where purchased_on <= $as_of group by item_key
),

often as (
    select item_key from counted where times >= $support order by times desc, item_key limit $most_items
),

-- Small numbers instead of keys: they are what the pairs are counted by.
chosen as (
    select item_key, row_number() over (order by item_key)::integer as item_no
    from (select item_key from often union select $product union select $next_product) as keys
    where item_key is not null
),

bought as (
    select customer_id, purchase_no, item_no, item_key
    from {items}
    inner join chosen using (item_key)
    where purchased_on <= $as_of
        and ($channel is null or first_channel = $channel)
),

starts as (
    select customer_id, purchase_no + $step as meets_no, item_no
    from bought
    where $product is null or item_key = $product
),

ends as (
    select customer_id, purchase_no as meets_no, item_no
    from bought
    where purchase_no > $step and ($next_product is null or item_key = $next_product)
),

-- The last purchase of every customer as of the date: nothing has followed it yet.
last_purchases as (
    select customer_id, purchase_no as last_no
    from purchase_mart
    where purchased_on <= $as_of
        and coalesce(next_on > $as_of, true)
        and ($channel is null or first_channel = $channel)
),

unfollowed as (
    select item_no, count(*) as times
    from starts
    inner join last_purchases on starts.customer_id = last_purchases.customer_id and meets_no = last_no + 1
    where $step = 1
    group by item_no
),

start_totals as (
    select item_no, count(*) - coalesce(any_value(unfollowed.times), 0) as purchases
    from starts
    left join unfollowed using (item_no)
    group by item_no
),

end_totals as (
    select item_no, count(*) as next_purchases from ends group by item_no
),

shop as (
    select sum(last_no - $step) as all_purchases from last_purchases
),

pairs as (
    select starts.item_no, ends.item_no as next_no, count(*) as times
    from starts
    inner join ends
        on starts.customer_id = ends.customer_id
        and starts.meets_no = ends.meets_no
        and starts.item_no <> ends.item_no
    group by starts.item_no, ends.item_no
    having count(*) >= $support
),

described as (
    select
        chosen.item_key as product,
        coalesce(names.name, chosen.item_key) as name,
        next_chosen.item_key as next_product,
        coalesce(next_names.name, next_chosen.item_key) as next_name,
        pairs.times,
        start_totals.purchases,
        end_totals.next_purchases,
        shop.all_purchases
    from pairs
    inner join chosen on pairs.item_no = chosen.item_no
    inner join chosen as next_chosen on pairs.next_no = next_chosen.item_no
    inner join start_totals on pairs.item_no = start_totals.item_no
    inner join end_totals on pairs.next_no = end_totals.item_no
    cross join shop
    left join {names} as names on chosen.item_key = names.item_key
    left join {names} as next_names on next_chosen.item_key = next_names.item_key
)

select * from described;
