-- Grain: customer x line. Input: order_line_mart.
-- Who bought a product on the days from from_on to to_on.
select customer_id
from order_line_mart
where ordered_on between ($group).from_on and ($group).to_on
    and ordered_on <= ($question).as_of
    and product_key = ($group).product_key
    and is_ranked
    and customer_id is not null
    and (($question).channel is null or channel = ($question).channel)
