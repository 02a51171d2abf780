-- Grain: customer with a purchase; {of}: the fitted model. Input: customer_forecasts. All NULL where nothing is forecast.
select
    customer_id, band, purchase_value,
    case when repeats > 0 then active end as active,
    buys_90
from customer_forecasts($question, {of})
where ({of}).r is not null
