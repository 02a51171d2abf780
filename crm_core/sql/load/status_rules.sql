-- Grain: status word (field x word) that current orders carry. Inputs: current_orders, status_words.
with carried as (
    select 'status' as field, status as word from current_orders
    union all
    select 'payment_status', payment_status from current_orders
    union all
    select 'fulfil_status', fulfil_status from current_orders
    union all
    select 'return_status', return_status from current_orders
),

counted as (
    select field, word, count(*) as order_count from carried where word is not null group by field, word
)

select counted.field, counted.word, status_words.meaning, status_words.origin, counted.order_count
from counted
inner join status_words on counted.field = status_words.field and counted.word = status_words.word
order by counted.field, counted.order_count desc, counted.word;
