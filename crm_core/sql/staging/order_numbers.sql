-- Grain: order of the file. Input: source_rows; $default_channel. For files with order numbers.
-- An order is its number within its channel; the running order_no stands for both in the steps that follow.
create or replace temp table order_numbers as
with identifiers as (
    select distinct coalesce(trim(channel), $default_channel) as channel, order_id
    from source_rows
    where order_id is not null
)

select channel, order_id, channel || chr(31) || order_id as order_key, row_number() over () as order_no
from identifiers;
