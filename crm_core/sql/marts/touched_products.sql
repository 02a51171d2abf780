-- Grain: product that a touched order names now or named before. Inputs: touched_orders, order_line_versions.
create or replace temp table touched_products as
select distinct product_key from order_line_versions semi join touched_orders using (order_key)
where product_key is not null;
