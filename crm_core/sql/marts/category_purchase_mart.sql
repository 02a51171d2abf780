-- Grain: customer x category x shop day. Inputs: product_purchase_mart, product_mart, touched_customers, earlier_categories.
-- Several products of a category on one day are one purchase of it. Written again for the touched customers and for
-- everyone who bought a product whose category is not what it was.
create or replace temp table recategorised_customers as
with changed_products as (
    select product_key
    from earlier_categories
    left join product_mart using (product_key)
    where earlier_categories.category is distinct from product_mart.category
),

customers as (
    select customer_id from touched_customers
    union
    select customer_id from product_purchase_mart where product_key in (select product_key from changed_products)
)

select customer_id from customers;

delete from category_purchase_mart where customer_id in (select customer_id from recategorised_customers);

insert into category_purchase_mart by name
with days as (
    select
        customer_id, category, purchased_on,
        any_value(purchase_no) as purchase_no,  -- a customer has one purchase a day
        any_value(followed_on) as followed_on,
        any_value(first_channel) as first_channel,
        sum(net_amount)::decimal(18, 4) as net_amount
    from product_purchase_mart
    inner join product_mart using (product_key)
    where category is not null and customer_id in (select customer_id from recategorised_customers)
    group by customer_id, category, purchased_on
),

numbered as (
    select
        *,
        row_number() over by_day as category_purchase_no,
        purchased_on - lag(purchased_on) over by_day as gap_days,
        lead(purchased_on) over by_day as next_on
    from days
    window by_day as (partition by customer_id, category order by purchased_on)
)

select
    customer_id, category, purchased_on, purchase_no, category_purchase_no, gap_days, next_on, net_amount, followed_on,
    first_channel
from numbered
order by purchase_no > 1, category, purchased_on;
