-- Grain: row of the file. Inputs: order_rows, mixed_orders, rejected_rows, status_meanings; $total_per_line,
-- $subtotal_per_line, $discount_per_line, $refunded_per_line, $shipping_per_line, $tax_per_line.
-- Where the rows of one order have different status words, the words are about the lines: as long as one line is sold, a
-- cancelled or unpaid line is worth nothing, a returned one is given back, and the words of the others are the order's. A
-- return on a row of its own, with a negative amount, is no goods: only its weight is taken off.
create or replace temp table order_cells as
-- A word that does not differ is the order's, also on the rows that do not repeat it.
with row_words as (
    select
        order_rows.row_number,
        order_rows.order_no,
        if(status_differs, order_rows.status, mixed_orders.status) as status,
        if(payment_differs, order_rows.payment_status, mixed_orders.payment_status) as payment_status,
        if(fulfil_differs, order_rows.fulfil_status, mixed_orders.fulfil_status) as fulfil_status,
        if(return_differs, order_rows.return_status, mixed_orders.return_status) as return_status,
        cancelled_differs and order_rows.cancelled_at is not null as is_cancelled
    from order_rows
    inner join mixed_orders on order_rows.order_no = mixed_orders.order_no
    where order_rows.row_number not in (select row_number from rejected_rows)
),

judged as (
    select row_number, order_no, meaning from judged_orders('row_words', 'status_meanings')
),

sold as (
    select distinct order_no from judged where meaning in ('valid', 'partially_refunded')
),

lost as (
    select row_number as lost_row, true as is_lost, meaning in ('cancelled', 'unpaid') as is_void
    from judged
    where meaning in ('cancelled', 'unpaid', 'refunded') and order_no in (select order_no from sold)
),

settled as (
    select order_rows.* replace (
        if(is_lost, null, status) as status,
        if(is_lost, null, payment_status) as payment_status,
        if(is_lost, null, fulfil_status) as fulfil_status,
        if(is_lost, null, return_status) as return_status,
        if(is_lost, null, cancelled_at) as cancelled_at,
        if(is_lost and (is_void or weight > 0), 0, weight) as weight,
        if(is_void or (is_lost and line_value < 0), 0, line_value) as line_value,
        if(is_void, 0, quantity) as quantity,
        if(is_void and $total_per_line, null, order_total) as order_total,
        if(is_void and $subtotal_per_line, null, subtotal) as subtotal,
        if(is_void and $discount_per_line, null, discount) as discount,
        if(is_void and $shipping_per_line, null, shipping) as shipping,
        if(is_void and $tax_per_line, null, tax) as tax,
        if(is_void and $refunded_per_line, null, refunded) as refunded
    )
    from order_rows
    left join lost on order_rows.row_number = lost.lost_row
)

select * from settled;
