-- Grain: order of a file without order numbers. Input: derived_order_numbers. The same columns as order_numbers.
create or replace temp table order_numbers as
select order_no, any_value(channel) as channel, null::varchar as order_id, any_value(order_key) as order_key
from derived_order_numbers
group by order_no;
