-- Grain: line of a counted order or return of one customer up to the as-of date. Inputs: order_line_mart, product_mart.
-- What was in the orders, under the products' present names.
with lines as (
    select order_key, line_no, product_key, is_ranked, quantity, net_amount
    from order_line_mart
    where customer_id = $customer_id and ordered_on <= $as_of
),

named as (
    select
        order_key, product_key, coalesce(product_mart.name, product_key) as product, is_ranked as is_sold, quantity,
        net_amount
    from lines
    left join product_mart using (product_key)
    order by order_key, line_no
)

select * from named
