-- Grain: row of the file. Inputs: source_rows, order_numbers; $default_channel. For files with order numbers.
-- Every row with its order and its value in goods: the line total, else quantity times unit price less the line's discount.
create or replace temp table order_rows as
select
    source_rows.*,
    order_numbers.order_no,
    coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0)) as line_value
from source_rows
left join order_numbers
    on source_rows.order_id = order_numbers.order_id
    and coalesce(trim(source_rows.channel), $default_channel) = order_numbers.channel;
