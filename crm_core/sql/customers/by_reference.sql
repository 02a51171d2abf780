-- Grain: one row or none. Input: customer_mart. The customer behind the opaque reference of an address.
with referred as (
    select customer_id from customer_mart where left(md5(customer_id), 16) = $reference
)

select * from referred
