-- Grain: product that a touched order names now or named before. Inputs: touched_orders, order_versions, order_line_versions.
create or replace temp table touched_products as
with versions as (
    select version_id from order_versions semi join touched_orders using (order_key)
)

select distinct product_key from order_line_versions semi join versions using (version_id)
where product_key is not null;
