-- Grain: row of an order whose rows say different things about their state. Input: order_rows, rejected_rows; $rules (what was
-- decided about the file, as JSON).
-- As they were told, so that they can be judged anew where the meaning of a word changes. A cancellation time is of its line
-- where another row of the order, which tells the money (else the words, else the day) of its own, has none.
create or replace temp table mixed_orders as
with good_rows as (
    select
        *,
        coalesce(order_total, subtotal) as money,
        coalesce(status, payment_status, fulfil_status, return_status) as word
    from order_rows
    where order_no is not null and row_number not in (select row_number from rejected_rows)
),

order_words as (
    select
        order_no,
        min(status) as status, coalesce(min(status) <> max(status), false) as status_differs,
        min(payment_status) as payment_status,
        coalesce(min(payment_status) <> max(payment_status), false) as payment_differs,
        min(fulfil_status) as fulfil_status, coalesce(min(fulfil_status) <> max(fulfil_status), false) as fulfil_differs,
        min(return_status) as return_status, coalesce(min(return_status) <> max(return_status), false) as return_differs,
        count(cancelled_at) > 0 and coalesce(case
            when count(money) > 0 then bool_or(cancelled_at is null and money is not null)
            when count(word) > 0 then bool_or(cancelled_at is null and word is not null)
            else bool_or(cancelled_at is null and ordered_at is not null)
        end, false) as cancelled_differs
    from good_rows
    group by order_no
)

select * from order_words
where status_differs or payment_differs or fulfil_differs or return_differs or cancelled_differs;

create or replace temp table staged_mixed_rows as
select order_rows.*, $rules as rules
from order_rows
semi join mixed_orders on order_rows.order_no = mixed_orders.order_no
where order_rows.row_number not in (select row_number from rejected_rows);
