-- Grain: current order that carries a status word, itself or on a line. Inputs: current_orders, mixed_versions; $field, $word.
-- Leaves touched_records.
create or replace temp table touched_records as
select 'orders' as kind, order_key as record_key
from current_orders
where case $field
    when 'status' then status = $word
    when 'payment_status' then payment_status = $word
    when 'fulfil_status' then fulfil_status = $word
    when 'return_status' then return_status = $word
end
union
select 'orders', order_key
from current_orders
where version_id in (select version_id from mixed_versions);
