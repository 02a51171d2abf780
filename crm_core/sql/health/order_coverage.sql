-- Grain: field of the orders in force. Inputs: current_orders, identities, order_line_mart, product_mart.
-- Of how many orders (of how many lines, where the field is one of lines) the field is known.
with orders as (
    select
        count(*) as total,
        count(current_orders.order_id) as order_id,
        count(*) filter (has_time) as order_time,
        count(current_orders.identity_key) as identified,
        count(identities.email) as email,
        count(identities.phone) as phone,
        count(identities.name) as customer_name,
        count(current_orders.city) as city,
        count(current_orders.status) as status,
        count(current_orders.coupon) as coupon
    from current_orders
    left join identities on current_orders.identity_key = identities.identity_key
),

lines as (
    select
        count(*) as total,
        count(order_line_mart.product_key) as product,
        count(product_mart.sku) as sku,
        count(product_mart.category) as category
    from order_line_mart
    left join product_mart on order_line_mart.product_key = product_mart.product_key
),

listed as (
    select 1 as place, 'identified' as field, identified as filled, total from orders
    union all select 2, 'email', email, total from orders
    union all select 3, 'phone', phone, total from orders
    union all select 4, 'customer_name', customer_name, total from orders
    union all select 5, 'order_id', order_id, total from orders
    union all select 6, 'order_time', order_time, total from orders
    union all select 7, 'status', status, total from orders
    union all select 8, 'product', product, total from lines
    union all select 9, 'sku', sku, total from lines
    union all select 10, 'category', category, total from lines
    union all select 11, 'city', city, total from orders
    union all select 12, 'coupon', coupon, total from orders
)

select field, filled, total from listed where total > 0 order by place;
