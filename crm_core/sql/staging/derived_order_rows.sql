-- Grain: row of the file. Inputs: source_rows, derived_order_numbers, product_keys. For files without order numbers; leaves
-- order_numbers too. The same columns as order_rows.
create or replace temp table order_rows as
with valued as (
    select
        source_rows.*,
        derived_order_numbers.order_no,
        coalesce(upper(trim(source_rows.sku)), product_keys.product_key) as product_key,
        coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0)) as line_value
    from source_rows
    inner join derived_order_numbers on source_rows.row_number = derived_order_numbers.row_number
    left join product_keys on source_rows.product = product_keys.product
)

select
    *,
    coalesce(line_value, 0)
    - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0) as weight
from valued;

create or replace temp table order_numbers as
select order_no, any_value(channel) as channel, null::varchar as order_id, any_value(order_key) as order_key
from derived_order_numbers
group by order_no;
