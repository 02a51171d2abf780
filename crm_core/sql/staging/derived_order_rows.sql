-- Grain: row of the file. Inputs: source_rows, derived_order_numbers. For files without order numbers; leaves order_numbers too.
create or replace temp table order_rows as
select
    source_rows.*,
    derived_order_numbers.order_no,
    coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0)) as line_value
from source_rows
inner join derived_order_numbers on source_rows.row_number = derived_order_numbers.row_number;

create or replace temp table order_numbers as
select order_no, any_value(channel) as channel, null::varchar as order_id, any_value(order_key) as order_key
from derived_order_numbers
group by order_no;
