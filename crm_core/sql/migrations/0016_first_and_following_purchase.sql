-- What a purchase has to say of its customer's first one and of the next one, so that no page has to join them for a date.

alter table purchase_mart add column first_on date;                  -- of the customer's purchase 1, as the next two
alter table purchase_mart add column first_amount decimal(18, 4);    -- its net amount
alter table purchase_mart add column first_channel varchar;          -- its channel

-- Day of the customer's next purchase, whatever is bought then; NULL where there is none.
alter table product_purchase_mart add column followed_on date;
alter table category_purchase_mart add column followed_on date;

update purchase_mart
set first_on = first_purchases.purchased_on, first_amount = first_purchases.net_amount, first_channel = first_purchases.channel
from (select customer_id, purchased_on, net_amount, channel from purchase_mart where purchase_no = 1) as first_purchases
where purchase_mart.customer_id = first_purchases.customer_id;

update product_purchase_mart
set followed_on = purchase_mart.next_on
from purchase_mart
where product_purchase_mart.customer_id = purchase_mart.customer_id
    and product_purchase_mart.purchased_on = purchase_mart.purchased_on;

update category_purchase_mart
set followed_on = purchase_mart.next_on
from purchase_mart
where category_purchase_mart.customer_id = purchase_mart.customer_id
    and category_purchase_mart.purchased_on = purchase_mart.purchased_on;
