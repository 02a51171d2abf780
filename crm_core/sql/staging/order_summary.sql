-- Grain: one row for the file. Inputs: staged_orders, staged_order_lines, source_rows, status_meanings, exchange_rates.
-- What loading the file would bring, in shop terms; amounts in other currencies converted where there are rates.
with judged as (
    select judged.*, exchange_rates.rate
    from judged_orders('staged_orders', 'status_meanings') judged
    left join exchange_rates
        on judged.currency = exchange_rates.currency
        and date_trunc('month', judged.ordered_at)::date = exchange_rates.month
),

counted as (
    select
        *,
        is_counted_order(meaning, has_sale_line, goods_amount, refund_amount) as is_counted,
        in_shop_currency(goods_amount - refund_amount, rate) as net_amount,
        in_shop_currency(coalesce(order_total, goods_amount), rate) as paid,
        in_shop_currency(coalesce(refunded, refund_amount), rate) as paid_back
    from judged
),

order_facts as (
    select
        count(*) as orders,
        count(*) filter (meaning = 'cancelled') as cancelled,
        count(*) filter (meaning = 'unpaid') as unpaid,
        count(*) filter (refund_amount > 0 or meaning = 'refunded') as refunded,
        count(*) filter (is_counted and identity_key is null) as anonymous,
        sum(net_amount) filter (
            is_counted or (not has_sale_line and meaning not in ('cancelled', 'unpaid'))
        )::decimal(18, 4) as revenue,
        sum(paid)::decimal(18, 4) as paid_all,
        sum(paid) filter (meaning not in ('cancelled', 'unpaid'))::decimal(18, 4) as paid_not_cancelled,
        sum(paid - least(greatest(paid, 0), paid_back)) filter (
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
