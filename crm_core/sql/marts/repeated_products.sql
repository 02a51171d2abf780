-- Grain: order x product on several ranked lines of it; few. Inputs: order_scope, order_line_versions.
-- The largest of these lines, whichever stands first in the file.
-- Most orders name a product once. Numbers made of order and product find those that may not, in a fraction of the memory that
-- the texts themselves would need; only these are then compared.
create or replace temp table repeated_products as
with sold as not materialized (
    select version_id, line_no, product_key, quantity, net_amount, hash(version_id, product_key) as mark
    from order_line_versions
    where is_sold(product_key, line_type, quantity, coalesce(unit_price, net_amount))
        and version_id in (select version_id from order_scope where is_counted)
),

suspects as (
    select mark from sold group by mark having count(*) > 1
),

repeated as (
    select version_id, product_key, arg_max(line_no, (quantity, net_amount)) as line_no
    from sold
    where mark in (select mark from suspects)
    group by version_id, product_key
    having count(*) > 1
)

select * from repeated
