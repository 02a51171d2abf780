-- Grain: row that sums an order up and is no line of it. Input: order_rows; $has_summary_rows, as order_facts found.
-- In the shape summary_and_lines a row without a product stands above the rows with the products of its order.
create or replace temp table summary_rows as
with naming_orders as (
    select order_no from order_rows
    where $has_summary_rows
    group by order_no
    having count(product_key) > 0 and count(product_key) < count(*)
),

unnamed_rows as (
    select row_number from order_rows
    where $has_summary_rows and product_key is null and order_no in (select order_no from naming_orders)
)

select * from unnamed_rows;
