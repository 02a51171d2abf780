-- Grain: status word (field x word) that current orders, or lines of theirs, carry. Inputs: current_orders, mixed_order_rows,
-- status_words. An order with lines in different states carries the words of all of them.
with line_words as (
    select distinct mixed_order_rows.version_id, unnest([
        {'field': 'status', 'word': mixed_order_rows.status, 'own': current_orders.status},
        {'field': 'payment_status', 'word': mixed_order_rows.payment_status, 'own': current_orders.payment_status},
        {'field': 'fulfil_status', 'word': mixed_order_rows.fulfil_status, 'own': current_orders.fulfil_status},
        {'field': 'return_status', 'word': mixed_order_rows.return_status, 'own': current_orders.return_status}
    ]) as told
    from mixed_order_rows
    inner join current_orders on mixed_order_rows.version_id = current_orders.version_id
),

carried as (
    select 'status' as field, status as word from current_orders
    union all
    select 'payment_status', payment_status from current_orders
    union all
    select 'fulfil_status', fulfil_status from current_orders
    union all
    select 'return_status', return_status from current_orders
    union all
    select told.field, told.word from line_words where told.word is distinct from told.own
),

counted as (
    select field, word, count(*) as order_count from carried where word is not null group by field, word
)

select counted.field, counted.word, status_words.meaning, status_words.origin, counted.order_count
from counted
inner join status_words on counted.field = status_words.field and counted.word = status_words.word
order by counted.field, counted.order_count desc, counted.word;
