-- Grain: order. Inputs: touched_orders, touched_customers, order_mart, current_orders, identities, status_words,
-- exchange_rates.
-- The current orders that the refresh has to write again, judged: what their status means, whether they count, their money in
-- the shop's currency, and the rate it was converted at (NULL: it was not).
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
    select judged.*, exchange_rates.rate, identities.customer_id
    from judged_orders('versions', 'status_words') judged
    left join identities on judged.identity_key = identities.identity_key
    left join exchange_rates
        on judged.currency = exchange_rates.currency
        and date_trunc('month', judged.ordered_at)::date = exchange_rates.month
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
    (case
        when is_counted or is_adjustment then in_shop_currency(goods_amount - refund_amount, rate) else 0
    end)::decimal(18, 4) as net_amount,
    in_shop_currency(refund_amount, rate) as refund_amount, quantity, coupon, city, rate
from counted;
