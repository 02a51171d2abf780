-- Grain: currency x month of the staged orders in another currency. Inputs: staged_orders, exchange_rates; $currency (the
-- shop's).
-- The rate of each month, or NULL where it is missing, with the number of orders that need it and their largest amount.
with foreign_orders as (
    select currency, date_trunc('month', ordered_at)::date as month, count(*) as orders,
        max(greatest(abs(goods_amount), abs(coalesce(order_total, 0)))) as largest_amount
    from staged_orders
    where currency <> $currency
    group by 1, 2
),

rated as (
    select foreign_orders.currency, foreign_orders.month, exchange_rates.rate, foreign_orders.orders,
        foreign_orders.largest_amount
    from foreign_orders
    left join exchange_rates
        on foreign_orders.currency = exchange_rates.currency and foreign_orders.month = exchange_rates.month
    order by foreign_orders.currency, foreign_orders.month
)

select * from rated;
