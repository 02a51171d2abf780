-- Grain: changed rate (currency x month). Inputs: changed_rates, exchange_rates, order_versions.
-- The largest amount that the rate has to convert.
with converted as (
    select exchange_rates.rate, max(abs(order_versions.goods_amount)) as largest_amount
    from order_versions
    inner join exchange_rates
        on order_versions.currency = exchange_rates.currency
        and date_trunc('month', order_versions.ordered_at)::date = exchange_rates.month
    semi join changed_rates
        on exchange_rates.currency = changed_rates.currency and exchange_rates.month = changed_rates.month
    group by exchange_rates.currency, exchange_rates.month, exchange_rates.rate
)

select * from converted;
