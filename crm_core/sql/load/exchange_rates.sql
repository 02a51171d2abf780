-- Grain: exchange rate (currency x month). Inputs: exchange_rates, current_orders. With the number of orders that it converts.
with used as (
    select currency, date_trunc('month', ordered_at)::date as month, count(*) as order_count
    from current_orders
    where currency is not null
    group by 1, 2
)

select exchange_rates.currency, exchange_rates.month, exchange_rates.rate, coalesce(used.order_count, 0) as order_count
from exchange_rates
left join used on exchange_rates.currency = used.currency and exchange_rates.month = used.month
order by exchange_rates.currency, exchange_rates.month;
