-- Grain: one row for the file. Input: order_rows, where unit prices and line totals are told.
-- Whether what was taken for line totals is the subtotal of the whole order, repeated on its lines: in how many orders with
-- several rows it says on every row what all of them are worth, and in how many what the row is worth.
with per_order as (
    select
        order_no,
        min(line_total) as least,
        max(line_total) as most,
        sum(coalesce(quantity, 1) * unit_price) as worth,
        bool_and(abs(line_total - coalesce(quantity, 1) * unit_price) < 0.02) as is_per_line
    from order_rows
    where order_no is not null and line_total is not null and unit_price is not null
    group by order_no
    having count(*) > 1
),

facts as (
    select
        count(*) as orders,
        count(*) filter (not is_per_line and least = most and abs(least - worth) < 0.02) as of_order,
        count(*) filter (is_per_line) as of_line
    from per_order
)

select * from facts;
