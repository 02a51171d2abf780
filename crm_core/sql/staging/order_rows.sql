-- Grain: row of the file. Inputs: source_rows, order_numbers, product_keys; $default_channel, $held (the columns of the file).
-- For files with order numbers; seen through order_rows.
-- Every row with its order, its product and its value in goods: the line total, else quantity times unit price less the line's
-- discount; and its weight, which is that value less what was returned.
create or replace temp table order_cells as
with valued as (
    select
        source_rows.*,
        order_numbers.order_no,
        coalesce(upper(trim(source_rows.sku)), product_keys.product_key) as product_key,
        coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0)) as line_value
    from source_rows
    left join order_numbers
        on source_rows.order_id = order_numbers.order_id
        and coalesce(trim(source_rows.channel), $default_channel) = order_numbers.channel
    left join product_keys on source_rows.product = product_keys.product
)

select
    columns(lambda name: list_contains($held, name)),
    order_no, product_key, line_value,
    coalesce(line_value, 0)
    - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0) as weight
from valued;
