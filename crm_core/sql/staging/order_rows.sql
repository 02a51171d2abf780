-- Grain: row of the file. Inputs: source_rows, order_numbers, product_keys; $default_channel, $held (the columns of the file).
-- For files with order numbers; seen through order_rows.
-- Every row with its order, its product, its value in goods and its weight (see the view line_worth).
create or replace temp table order_cells as
with valued as (
    select
        source_rows.*,
        order_numbers.order_no,
        product_key_of(source_rows.sku, product_keys.product_key) as product_key,
        line_value(line_total, quantity, unit_price, line_discount) as line_value
    from source_rows
    left join order_numbers
        on source_rows.order_id = order_numbers.order_id
        and coalesce(trim(source_rows.channel), $default_channel) = order_numbers.channel
    left join product_keys on source_rows.product = product_keys.product
)

select
    columns(lambda name: list_contains($held, name)),
    order_no, product_key, line_value,
    line_weight(line_value, quantity_returned, unit_price, line_total, quantity) as weight
from valued;
