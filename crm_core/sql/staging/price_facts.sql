-- Grain: one row for the file. Input: order_rows, where either unit prices or line totals are told, and what was paid.
-- Whether the price column is of one piece or of the whole line: in how many orders with several pieces of something only the
-- one reading, or only the other, gives what the order says was paid for its goods, with or without discount and shipping.
with priced as (
    select
        order_no, order_total, subtotal, discount, shipping, tax,
        coalesce(quantity, 1) as quantity,
        coalesce(unit_price, line_total) as price
    from order_rows
    where order_no is not null
),

per_order as (
    select
        order_no,
        sum(quantity * price) as by_piece,
        sum(price) as by_line,
        arg_max(order_total, abs(order_total)) as order_total,
        arg_max(subtotal, abs(subtotal)) as subtotal,
        coalesce(max(discount), 0) as discount,
        coalesce(max(shipping), 0) as shipping,
        coalesce(max(tax), 0) as tax
    from priced
    group by order_no
    having bool_or(quantity not in (0, 1)) and by_piece <> by_line
),

paid as (
    select
        by_piece,
        by_line,
        [
            subtotal, subtotal - discount, subtotal + discount, order_total, order_total - shipping - tax,
            order_total - shipping, order_total + discount, order_total - shipping - tax + discount,
            order_total - shipping + discount
        ] as goods
    from per_order
),

reconciled as (
    select
        len(list_filter(goods, lambda amount: abs(amount - by_piece) < 0.02)) > 0 as is_by_piece,
        len(list_filter(goods, lambda amount: abs(amount - by_line) < 0.02)) > 0 as is_by_line
    from paid
),

facts as (
    select
        count(*) as orders,
        count(*) filter (is_by_piece and not is_by_line) as by_piece,
        count(*) filter (is_by_line and not is_by_piece) as by_line
    from reconciled
)

select * from facts;
