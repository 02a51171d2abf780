-- Grain: row of the file. Inputs: source_rows, derived_order_numbers, product_keys; $held (the columns of the file). For files
-- without order numbers. Seen through order_rows, as the rows of files with order numbers are.
create or replace temp table order_cells as
with valued as (
    select
        source_rows.*,
        derived_order_numbers.order_no,
        product_key_of(source_rows.sku, product_keys.product_key) as product_key,
        line_value(line_total, quantity, unit_price, line_discount) as line_value
    from source_rows
    inner join derived_order_numbers on source_rows.row_number = derived_order_numbers.row_number
    left join product_keys on source_rows.product = product_keys.product
)

select
    columns(lambda name: list_contains($held, name)),
    order_no, product_key, line_value,
    line_weight(line_value, quantity_returned, unit_price, line_total, quantity) as weight
from valued;
