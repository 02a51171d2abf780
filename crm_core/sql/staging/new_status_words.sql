-- Grain: status word (field x normalised text) of the staged orders that the shop has not met yet.
with words as (
    select 'status' as field, status as word from staged_orders
    union
    select 'payment_status', payment_status from staged_orders
    union
    select 'fulfil_status', fulfil_status from staged_orders
    union
    select 'return_status', return_status from staged_orders
),

new_words as (
    select field, word from words
    where word is not null and (field, word) not in (select (field, word) from status_meanings)
)

select * from new_words order by field, word;
