-- Grain: product that a touched import names. Inputs: touched_products, product_mart.
-- The categories as they are before the refresh: a product that changes its category moves the purchases of everyone.
create or replace temp table earlier_categories as
select product_key, category from product_mart semi join touched_products using (product_key);
