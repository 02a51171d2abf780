-- What is bought, counted by product or by category. An item is one of either kind; gifts and free lines are no purchase
-- of it, and several products of a category on one day are one purchase of that category.

-- Grain: customer x product x shop day. Input: product_purchase_mart.
-- The purchases of every product.
create or replace macro product_items() as table
with purchases as (
    select
        customer_id, product_key as item_key, purchased_on, purchase_no,
        product_purchase_no as item_purchase_no, gap_days, next_on, net_amount, followed_on, first_channel
    from product_purchase_mart
)

select * from purchases;

-- Grain: customer x category x shop day. Input: category_purchase_mart.
-- The purchases of every category; products without one are left out.
create or replace macro category_items() as table
with purchases as (
    select
        customer_id, category as item_key, purchased_on, purchase_no,
        category_purchase_no as item_purchase_no, gap_days, next_on, net_amount, followed_on, first_channel
    from category_purchase_mart
)

select * from purchases;

-- Grain: product, category. Input: product_mart. What the items are called.
create or replace macro product_item_names() as table
with names as (select product_key as item_key, name from product_mart)

select * from names;

create or replace macro category_item_names() as table
with names as (select distinct category as item_key, category as name from product_mart where category is not null)

select * from names;

-- Grain: line of a counted order or of a stand-alone return. Inputs: order_line_mart, product_mart.
-- What the items brought, anonymous orders included.
create or replace macro product_item_lines() as table
with lines as (select product_key as item_key, ordered_on, channel, net_amount from order_line_mart)

select * from lines;

create or replace macro category_item_lines() as table
with lines as (
    select category as item_key, ordered_on, channel, net_amount
    from order_line_mart
    inner join product_mart using (product_key)
    where category is not null
)

select * from lines;

-- Grain: customer x shop day. Inputs: product_purchase_mart, product_mart.
-- The purchases of one item: kind is product or category, item its key.
create or replace macro purchases_of_item(kind, item) as table
with of_item as (
    select product_key
    from product_mart
    where case when kind = 'category' then category = item else product_key = item end
),

days as (
    select
        customer_id, purchased_on, any_value(purchase_no) as purchase_no, any_value(first_channel) as first_channel,
        sum(net_amount) as net_amount
    from product_purchase_mart
    where product_key in (select product_key from of_item)
    group by customer_id, purchased_on
),

numbered as (
    select
        *,
        row_number() over by_day as item_purchase_no,
        purchased_on - lag(purchased_on) over by_day as gap_days,
        lead(purchased_on) over by_day as next_on
    from days
    window by_day as (partition by customer_id order by purchased_on)
)

select * from numbered;
