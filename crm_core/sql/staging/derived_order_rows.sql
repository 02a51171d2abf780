-- Grain: row of the file. Inputs: source_rows, derived_order_numbers, product_keys; $held (the columns of the file). For files
-- without order numbers. Seen through order_rows, as the rows of files with order numbers are.
create or replace temp table order_cells as
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
    columns(lambda name: list_contains($held, name)),
    order_no, product_key, line_value,
    coalesce(line_value, 0)
    - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0) as weight
from valued;
