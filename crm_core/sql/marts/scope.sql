-- Grain: order. Inputs: touched_orders, touched_customers, order_mart, current_orders, identities, status_words.
-- The current orders that the refresh has to write again, judged: what their status means, whether they count, their money.
create or replace temp table order_scope as
with keys as (
    select order_key from touched_orders
    union
    select order_key from order_mart where customer_id in (select customer_id from touched_customers)
),

versions as (
    select current_orders.* from current_orders semi join keys on current_orders.order_key = keys.order_key
),

judged as (
    select
        versions.*,
        identities.customer_id,
        order_status(
            coalesce(status_word.meaning, ''), coalesce(payment_word.meaning, ''), coalesce(fulfil_word.meaning, ''),
            coalesce(return_word.meaning, ''), versions.is_cancelled
        ) as meaning
    from versions
    left join identities on versions.identity_key = identities.identity_key
    left join status_words status_word on status_word.field = 'status' and status_word.word = versions.status
    left join status_words payment_word
        on payment_word.field = 'payment_status' and payment_word.word = versions.payment_status
    left join status_words fulfil_word
        on fulfil_word.field = 'fulfil_status' and fulfil_word.word = versions.fulfil_status
    left join status_words return_word
        on return_word.field = 'return_status' and return_word.word = versions.return_status
),

counted as (
    select
        *,
        is_counted_order(meaning, has_sale_line, goods_amount, refund_amount) as is_counted,
        not has_sale_line and meaning not in ('cancelled', 'unpaid') and goods_amount <> 0 as is_adjustment
    from judged
)

select
    version_id, identity_key, order_key, channel, order_id, customer_id, ordered_at, ordered_at::date as ordered_on,
    case
        when is_adjustment then 'adjustment'
        when meaning in ('cancelled', 'unpaid') then meaning
        when not is_counted and has_sale_line then 'refunded'
        else 'valid'
    end as status,
    is_counted, is_adjustment,
    (case when is_counted or is_adjustment then goods_amount - refund_amount else 0 end)::decimal(18, 4) as net_amount,
    refund_amount, quantity, coupon, city
from counted;
