-- Grain: product that a touched import names. Inputs: product_names, touched_imports (import_id).
create or replace temp table touched_products as
select distinct product_key from product_names semi join touched_imports using (import_id);
