-- Grain: warning about an order. Inputs: staged_orders, order_rows.
-- Odd, but loaded: the lines do not add up to what was paid for goods, or the order has no amount at all.
with order_first_rows as (
    select order_no, min(row_number) as row_number from order_rows where order_no is not null group by order_no
),

differing as (
    select order_no, 'lines_differ_from_total' as rule, (goods_amount - lines_value)::varchar as value
    from staged_orders
    where lines_value is not null and lines_value <> 0 and goods_amount <> 0
        and abs(goods_amount - lines_value) > 1
        and abs(goods_amount - (lines_value - coalesce(discount, 0))) > 1
),

without_amount as (
    select order_no, 'no_amount' as rule, null as value
    from staged_orders
    where order_total is null and subtotal is null and lines_value is null
)

select row_number, rule, value from differing inner join order_first_rows using (order_no)
union all
select row_number, rule, value from without_amount inner join order_first_rows using (order_no)
order by row_number, rule;
