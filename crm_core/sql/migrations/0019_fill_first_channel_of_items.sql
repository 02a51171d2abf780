-- The channel of the customer's purchase 1 on what was bought before its column was there.

update product_purchase_mart
set first_channel = customer_mart.first_channel
from customer_mart
where product_purchase_mart.customer_id = customer_mart.customer_id;

update category_purchase_mart
set first_channel = customer_mart.first_channel
from customer_mart
where category_purchase_mart.customer_id = customer_mart.customer_id;
