-- Grain: row of the file. Inputs: order_rows, status_meanings; $total_per_line, $subtotal_per_line, $discount_per_line,
-- $refunded_per_line.
-- Where the rows of one order have different status words, the words are about the lines: as long as one line is sold, a
-- cancelled or unpaid line is worth nothing, a returned one is given back, and the words of the others are the order's. A
-- return on a row of its own, with a negative amount, is no goods: only its weight is taken off.
create or replace temp table order_rows as
with order_words as (
    select
        order_no,
        min(status) as status, min(status) <> max(status) as status_differs,
        min(payment_status) as payment_status, min(payment_status) <> max(payment_status) as payment_differs,
        min(fulfil_status) as fulfil_status, min(fulfil_status) <> max(fulfil_status) as fulfil_differs,
        min(return_status) as return_status, min(return_status) <> max(return_status) as return_differs
    from order_rows
    where row_number not in (select row_number from rejected_rows)
    group by order_no
    having status_differs or payment_differs or fulfil_differs or return_differs
),

-- A word that does not differ is the order's, also on the rows that do not repeat it.
row_words as (
    select
        order_rows.row_number,
        order_rows.order_no,
        if(status_differs, order_rows.status, order_words.status) as status,
        if(payment_differs, order_rows.payment_status, order_words.payment_status) as payment_status,
        if(fulfil_differs, order_rows.fulfil_status, order_words.fulfil_status) as fulfil_status,
        if(return_differs, order_rows.return_status, order_words.return_status) as return_status
    from order_rows
    inner join order_words on order_rows.order_no = order_words.order_no
    where order_rows.row_number not in (select row_number from rejected_rows)
),

judged as (
    select
        row_words.row_number,
        row_words.order_no,
        order_status(
            coalesce(status_word.meaning, ''), coalesce(payment_word.meaning, ''), coalesce(fulfil_word.meaning, ''),
            coalesce(return_word.meaning, ''), false
        ) as meaning
    from row_words
    left join status_meanings status_word on status_word.field = 'status' and status_word.word = row_words.status
    left join status_meanings payment_word
        on payment_word.field = 'payment_status' and payment_word.word = row_words.payment_status
    left join status_meanings fulfil_word
        on fulfil_word.field = 'fulfil_status' and fulfil_word.word = row_words.fulfil_status
    left join status_meanings return_word
        on return_word.field = 'return_status' and return_word.word = row_words.return_status
),

sold as (
    select distinct order_no from judged where meaning in ('valid', 'partially_refunded')
),

lost as (
    select row_number, meaning in ('cancelled', 'unpaid') as is_void
    from judged
    where meaning in ('cancelled', 'unpaid', 'refunded') and order_no in (select order_no from sold)
),

settled as (
    select order_rows.* replace (
        if(is_lost, null, status) as status,
        if(is_lost, null, payment_status) as payment_status,
        if(is_lost, null, fulfil_status) as fulfil_status,
        if(is_lost, null, return_status) as return_status,
        if(is_lost and (is_void or weight > 0), 0, weight) as weight,
        if(is_void or (is_lost and line_value < 0), 0, line_value) as line_value,
        if(is_void, 0, quantity) as quantity,
        if(is_void and $total_per_line, null, order_total) as order_total,
        if(is_void and $subtotal_per_line, null, subtotal) as subtotal,
        if(is_void and $discount_per_line, null, discount) as discount,
        if(is_void and $refunded_per_line, null, refunded) as refunded
    )
    from order_rows
    left join (
        select row_number as lost_row, true as is_lost, is_void from lost
    ) on order_rows.row_number = lost_row
)

select * from settled;
