-- What customers are about to buy again, and what they bought last.

-- Grain: customer with an item that is due. `windows` are structs of kind (product | category), item_key, from_days, to_days.
-- Inputs: product_purchase_mart, category_purchase_mart.
-- Whoever bought an item last so many days before the as-of date; the one due longest.
create or replace macro items_due(as_of, windows) as table
with wanted as (
    select entry.kind, entry.item_key, entry.from_days, entry.to_days
    from (select unnest(windows) as entry) as listed
),

bought as (
    select 'product' as kind, customer_id, product_key as item_key, purchased_on, next_on
    from product_purchase_mart
    where product_key in (select item_key from wanted where kind = 'product')
    union all
    select 'category', customer_id, category, purchased_on, next_on
    from category_purchase_mart
    where category in (select item_key from wanted where kind = 'category')
),

due as (
    select customer_id, arg_min(bought.item_key, (purchased_on, bought.item_key)) as due_item
    from bought
    inner join wanted on bought.kind = wanted.kind and bought.item_key = wanted.item_key
    where purchased_on <= as_of and coalesce(next_on > as_of, true) and as_of - purchased_on between from_days and to_days
    group by customer_id
)

select * from due;

-- Grain: customer who bought something with a category. Input: category_purchase_mart.
-- The category bought last; of several on that day the one for most money.
create or replace macro last_categories(as_of) as table
with latest as (
    select customer_id, arg_max(category, (purchased_on, net_amount, category)) as last_category
    from category_purchase_mart
    where purchased_on <= as_of and coalesce(next_on > as_of, true)
    group by customer_id
)

select * from latest;
