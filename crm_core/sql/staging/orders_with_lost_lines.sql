-- Grain: one row for the file. Inputs: staged_mixed_rows (as told), order_rows (as settled).
-- In how many orders some lines were cancelled, unpaid or given back while others were sold: their words were taken off them.
with told as (
    select row_number, coalesce(status, payment_status, fulfil_status, return_status, cancelled_at) as word
    from staged_mixed_rows
),

lost as (
    select order_rows.order_no
    from told
    inner join order_rows on told.row_number = order_rows.row_number
    where told.word is not null
        and coalesce(
            order_rows.status, order_rows.payment_status, order_rows.fulfil_status, order_rows.return_status,
            order_rows.cancelled_at
        ) is null
)

select count(distinct order_no) as orders from lost;
