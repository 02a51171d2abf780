-- Grain: product of the file. Inputs: order_rows without the rejected rows. What the file calls its products: the words of the
-- newest line; ties are settled by the text itself, so that no order of rows matters.
create or replace temp table staged_product_names as
with named as (
    select product_key, product, trim(sku) as sku, category, max(ordered_at) as named_at
    from order_rows
    where product_key is not null and row_number not in (select row_number from rejected_rows)
    group by product_key, product, trim(sku), category
)

select
    product_key,
    arg_max(product, (named_at, product)) filter (product is not null) as name,
    arg_max(sku, (named_at, sku)) filter (sku is not null) as sku,
    arg_max(category, (named_at, category)) filter (category is not null) as category,
    max(named_at) as named_at
from named
group by product_key;
