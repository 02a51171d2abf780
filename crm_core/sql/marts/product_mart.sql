-- Grain: product. Inputs: order_line_versions, current_orders, touched_products.
-- A product is called what its newest line calls it; ties are settled by the text itself, so that no order of rows matters.
insert into product_mart
with lines as (
    select lines.product_key, lines.sku, lines.product, lines.category, orders.ordered_at
    from order_line_versions lines
    inner join current_orders orders on lines.version_id = orders.version_id
    where lines.product_key in (select product_key from touched_products)
),

newest_names as (
    select product_key, arg_max(product, (ordered_at, product)) as name
    from lines where product is not null group by product_key
),

newest_skus as (
    select product_key, arg_max(sku, (ordered_at, sku)) as sku from lines where sku is not null group by product_key
),

newest_categories as (
    select product_key, arg_max(category, (ordered_at, category)) as category
    from lines where category is not null group by product_key
),

keys as (select distinct product_key from lines)

select keys.product_key, newest_skus.sku, coalesce(newest_names.name, newest_skus.sku, keys.product_key) as name,
    newest_categories.category
from keys
left join newest_names on keys.product_key = newest_names.product_key
left join newest_skus on keys.product_key = newest_skus.product_key
left join newest_categories on keys.product_key = newest_categories.product_key
order by keys.product_key;
