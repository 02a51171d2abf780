-- Grain: order version with lines in different states, of which one carries a status word. Input: mixed_order_rows; $field,
-- $word.
create or replace temp table mixed_versions as
select distinct version_id, rules
from mixed_order_rows
where case $field
    when 'status' then status = $word
    when 'payment_status' then payment_status = $word
    when 'fulfil_status' then fulfil_status = $word
    when 'return_status' then return_status = $word
end;
