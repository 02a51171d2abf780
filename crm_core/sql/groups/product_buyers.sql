-- Grain: customer x purchase. Input: product_purchase_mart.
-- Who has bought a product.
select customer_id
from product_purchase_mart
where product_key = ($group).product_key and purchased_on <= ($question).as_of
    and (
        ($question).channel is null
        or customer_id in (select customer_id from purchase_mart where purchase_no = 1 and channel = ($question).channel)
    )
