-- What 0015 added, for the rows that were there before.

update product_purchase_mart
set first_channel = customer_mart.first_channel
from customer_mart
where product_purchase_mart.customer_id = customer_mart.customer_id;

update category_purchase_mart
set first_channel = customer_mart.first_channel
from customer_mart
where category_purchase_mart.customer_id = customer_mart.customer_id;

update order_line_mart set counts_order = is_ranked;

update order_line_mart
set counts_order = order_line_mart.line_no = repeated.line_no
from (
    select order_key, product_key, arg_max(line_no, (quantity, net_amount)) as line_no
    from order_line_mart
    where is_ranked
    group by order_key, product_key
    having count(*) > 1
) as repeated
where order_line_mart.is_ranked
    and order_line_mart.order_key = repeated.order_key
    and order_line_mart.product_key = repeated.product_key;
