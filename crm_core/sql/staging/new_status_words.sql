-- Grain: status word (field x normalised text) that the shop has not met yet. Input: order_rows without the rejected rows.
with good_rows as (
    select status, payment_status, fulfil_status, return_status from order_rows
    where row_number not in (select row_number from rejected_rows)
),

words as (
    select 'status' as field, status as word from good_rows
    union
    select 'payment_status', payment_status from good_rows
    union
    select 'fulfil_status', fulfil_status from good_rows
    union
    select 'return_status', return_status from good_rows
),

new_words as (
    select field, word from words
    where word is not null and (field, word) not in (select (field, word) from status_meanings)
)

select * from new_words order by field, word;
