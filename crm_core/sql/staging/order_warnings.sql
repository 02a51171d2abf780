-- Grain: warning about an order. Inputs: staged_orders, order_rows.
-- Odd, but loaded: the lines do not add up to what was paid for goods, the order has no amount at all, or what was sold under
-- its number was sold on several days or to several customers, as where a till numbers its receipts anew every day.
with order_first_rows as (
    select order_no, min(row_number) as row_number from order_rows where order_no is not null group by order_no
),

number_again as (
    select order_no, 'order_number_again' as rule, any_value(order_id) as value
    from order_rows
    semi join staged_orders on order_rows.order_no = staged_orders.order_no
    where coalesce(line_value, 0) >= 0
    group by order_no
    having min(ordered_at)::date <> max(ordered_at)::date or min(customer_id) <> max(customer_id)
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
select row_number, rule, value from number_again inner join order_first_rows using (order_no)
union all
select row_number, rule, value from without_amount inner join order_first_rows using (order_no)
order by row_number, rule;
