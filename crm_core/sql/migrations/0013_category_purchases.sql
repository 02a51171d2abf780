-- Purchases by category, so that they need not be put together from those of its products whenever a page asks.

-- Grain: customer x category x shop day, ranked lines of identified counted orders only; products without a category are
-- left out. Columns as in product_purchase_mart.
create table category_purchase_mart (
    customer_id varchar not null,
    category varchar not null,
    purchased_on date not null,
    purchase_no integer not null,           -- of the customer's purchase
    category_purchase_no integer not null,  -- ordinal of this category for this customer
    gap_days integer,                       -- since this customer's previous purchase of this category
    next_on date,                           -- the next purchase of this category
    net_amount decimal(18, 4) not null
);

insert into category_purchase_mart
with days as (
    select
        customer_id, category, purchased_on,
        any_value(purchase_no) as purchase_no,
        sum(net_amount)::decimal(18, 4) as net_amount
    from product_purchase_mart
    inner join product_mart using (product_key)
    where category is not null
    group by customer_id, category, purchased_on
)

select
    customer_id, category, purchased_on, purchase_no,
    row_number() over by_day,
    purchased_on - lag(purchased_on) over by_day,
    lead(purchased_on) over by_day,
    net_amount
from days
window by_day as (partition by customer_id, category order by purchased_on);
