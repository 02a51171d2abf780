-- Grain: current order that carries a status word. Inputs: current_orders; $field, $word. Leaves touched_records.
create or replace temp table touched_records as
select 'orders' as kind, order_key as record_key
from current_orders
where case $field
    when 'status' then status = $word
    when 'payment_status' then payment_status = $word
    when 'fulfil_status' then fulfil_status = $word
    when 'return_status' then return_status = $word
end;
