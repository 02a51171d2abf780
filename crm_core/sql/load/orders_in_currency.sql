-- Grain: current order in one of some currencies and months. Inputs: current_orders, changed_rates (currency, month). Leaves
-- touched_records.
create or replace temp table touched_records as
select 'orders' as kind, order_key as record_key
from current_orders
where currency is not null
    and (currency, date_trunc('month', ordered_at)::date) in (select (currency, month) from changed_rates);
