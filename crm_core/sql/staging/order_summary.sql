-- Grain: one row for the file. Inputs: staged_orders, staged_order_lines, source_rows, status_meanings.
-- What loading the file would bring, in shop terms.
with judged as (
    select
        staged_orders.*,
        order_status(
            coalesce(status_word.meaning, ''), coalesce(payment_word.meaning, ''), coalesce(fulfil_word.meaning, ''),
            coalesce(return_word.meaning, ''), is_cancelled
        ) as meaning
    from staged_orders
    left join status_meanings status_word
        on status_word.field = 'status' and status_word.word = staged_orders.status
    left join status_meanings payment_word
        on payment_word.field = 'payment_status' and payment_word.word = staged_orders.payment_status
    left join status_meanings fulfil_word
        on fulfil_word.field = 'fulfil_status' and fulfil_word.word = staged_orders.fulfil_status
    left join status_meanings return_word
        on return_word.field = 'return_status' and return_word.word = staged_orders.return_status
),

counted as (
    select
        *,
        is_counted_order(meaning, has_sale_line, goods_amount, refund_amount) as is_counted,
        coalesce(order_total, goods_amount) as paid
    from judged
),

order_facts as (
    select
        count(*) as orders,
        count(*) filter (meaning = 'cancelled') as cancelled,
        count(*) filter (meaning = 'unpaid') as unpaid,
        count(*) filter (refund_amount > 0 or meaning = 'refunded') as refunded,
        count(*) filter (is_counted and identity_key is null) as anonymous,
        sum(goods_amount - refund_amount) filter (
            is_counted or (not has_sale_line and meaning not in ('cancelled', 'unpaid'))
        )::decimal(18, 4) as revenue,
        sum(paid)::decimal(18, 4) as paid_all,
        sum(paid) filter (meaning not in ('cancelled', 'unpaid'))::decimal(18, 4) as paid_not_cancelled,
        sum(paid - least(greatest(paid, 0), coalesce(refunded, refund_amount))) filter (
            meaning not in ('cancelled', 'unpaid')
        )::decimal(18, 4) as paid_net,
        min(ordered_at)::date as first_on,
        max(ordered_at)::date as last_on
    from counted
),

line_facts as (
    select count(*) as lines, count(*) filter (line_type = 'gift') as gift_lines from staged_order_lines
),

currencies as (
    select
        string_agg(distinct currency, ', ' order by currency) as currency,
        min(ordered_at) as data_from,
        max(ordered_at) as data_until
    from source_rows
)

select * from order_facts cross join line_facts cross join currencies;
