-- Grain: one row for the file. Inputs: staged_orders, staged_order_lines.
-- In how many orders several products share an amount of which no line tells its part.
with unpriced as (
    select staged_order_lines.order_no
    from staged_order_lines
    inner join staged_orders on staged_order_lines.order_no = staged_orders.order_no
    where staged_orders.lines_value is null and staged_orders.goods_amount <> 0
    group by staged_order_lines.order_no
    having count(distinct staged_order_lines.product_key) > 1
)

select count(*) as orders from unpriced;
