-- Grain: item that a list names and no purchase tells of. Inputs: product_mart, category_purchase_mart; $items, structs of kind
-- (product | category) and item_key.
with wanted as (
    select distinct entry.kind, entry.item_key from (select unnest($items) as entry) as listed
),

known as (
    select 'product' as kind, product_key as item_key from product_mart
    union all
    select 'category', category
    from category_purchase_mart
    where category in (select item_key from wanted where kind = 'category')
),

gone as (
    select kind, item_key from wanted where (kind, item_key) not in (select kind, item_key from known)
)

select kind, item_key from gone order by kind, item_key
