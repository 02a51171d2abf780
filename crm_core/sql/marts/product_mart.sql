-- Grain: product. Inputs: product_names, imports, touched_products.
-- A product is called what its newest line calls it, over the imports that are not undone.
insert into product_mart
with names as (
    select product_names.*
    from product_names
    inner join imports on product_names.import_id = imports.import_id and imports.undone_at is null
    semi join touched_products on product_names.product_key = touched_products.product_key
),

newest as (
    select
        product_key,
        arg_max(name, (named_at, import_id)) filter (name is not null) as name,
        arg_max(sku, (named_at, import_id)) filter (sku is not null) as sku,
        arg_max(category, (named_at, import_id)) filter (category is not null) as category
    from names
    group by product_key
)

select product_key, sku, coalesce(name, sku, product_key) as name, category from newest order by product_key;
