-- Inputs: touched_orders, touched_customers, touched_products, touched_answers, touched_service_records, touched_activity,
-- touched_contacts.
-- Takes out what will be written again.
delete from order_line_mart
where order_key in (select order_key from touched_orders)
    or customer_id in (select customer_id from touched_customers);

delete from order_mart
where order_key in (select order_key from touched_orders)
    or customer_id in (select customer_id from touched_customers);

delete from purchase_mart where customer_id in (select customer_id from touched_customers);

delete from product_purchase_mart where customer_id in (select customer_id from touched_customers);

delete from customer_mart where customer_id in (select customer_id from touched_customers);

delete from product_mart where product_key in (select product_key from touched_products);

delete from answer_mart
where answer_key in (select answer_key from touched_answers)
    or customer_id in (select customer_id from touched_customers);

delete from service_mart
where service_key in (select service_key from touched_service_records);

delete from activity_mart
where activity_key in (select activity_key from touched_activity)
    or customer_id in (select customer_id from touched_customers);

delete from contact_mart
where contact_key in (select contact_key from touched_contacts)
    or customer_id in (select customer_id from touched_customers);
