-- Grain: one row for the file. Input: order_rows.
-- What the order-level money columns do over the rows of one order: repeat, stand on one row, or differ (then they are no
-- order-level money at all), whether the subtotal is before or after discounts, by reconciling it with lines and total, and
-- whether rows without a product sum up the others.
with per_order as (
    select
        order_no,
        count(*) as row_count,
        min(nullif(order_total, 0)) <> max(nullif(order_total, 0)) as total_differs,
        min(nullif(subtotal, 0)) <> max(nullif(subtotal, 0)) as subtotal_differs,
        min(nullif(discount, 0)) <> max(nullif(discount, 0)) as discount_differs,
        min(nullif(shipping, 0)) <> max(nullif(shipping, 0)) as shipping_differs,
        min(nullif(tax, 0)) <> max(nullif(tax, 0)) as tax_differs,
        min(nullif(refunded, 0)) <> max(nullif(refunded, 0)) as refunded_differs,
        coalesce(min(status) <> max(status), false)
        or coalesce(min(payment_status) <> max(payment_status), false)
        or coalesce(min(fulfil_status) <> max(fulfil_status), false)
        or coalesce(min(return_status) <> max(return_status), false)
        -- A time of cancellation on some rows may be of these lines only; staging/mixed_rows decides.
        or count(cancelled_at) between 1 and count(*) - 1 as status_differs,
        count(nullif(coalesce(order_total, subtotal), 0)) as money_rows,
        count(*) > 1 and bool_and(coalesce(abs(order_total - line_value) < 0.02, false)) as total_is_line_value,
        count(*) > 1 and bool_and(coalesce(abs(subtotal - line_value) < 0.02, false)) as subtotal_is_line_value,
        arg_max(order_total, abs(order_total)) as order_total,
        arg_max(subtotal, abs(subtotal)) as subtotal,
        max(discount) as discount,
        max(shipping) as shipping,
        max(tax) as tax,
        sum(line_value) as rows_value,
        sum(line_value) filter (product_key is not null) as named_value,
        sum(line_value) filter (product_key is null) as unnamed_value,
        count(product_key) between 1 and count(*) - 1 as is_part_named,
        coalesce(bool_or(product_key is null and coalesce(order_total, subtotal, 0) <> 0), false) as has_unnamed_money,
        coalesce(bool_or(product_key is not null and coalesce(order_total, subtotal, 0) <> 0), false) as has_named_money
    from order_rows
    where order_no is not null
    group by order_no
),

-- A row without a product sums the others up where it alone has the order's money, or is worth what they are worth.
summed as (
    select
        *,
        is_part_named and (
            (has_unnamed_money and not has_named_money) or coalesce(abs(unnamed_value - named_value) < 0.02, false)
        ) as has_summary
    from per_order
),

valued as (
    select *, case when has_summary then named_value else rows_value end as lines_value from summed
),

discounted as (
    select
        subtotal,
        discount,
        coalesce(order_total - coalesce(shipping, 0) - coalesce(tax, 0), lines_value - discount) as paid_for_goods,
        lines_value
    from valued
    where subtotal is not null and discount <> 0
),

facts as (
    select
        count(*) as order_count,
        count(*) filter (row_count > 1) as multi_row_orders,
        count(*) filter (row_count > 1 and money_rows > 1) as repeated_money_orders,
        count(*) filter (row_count > 1 and money_rows = 1) as single_money_orders,
        count(*) filter (total_differs) as total_differs,
        count(*) filter (subtotal_differs) as subtotal_differs,
        count(*) filter (discount_differs) as discount_differs,
        count(*) filter (shipping_differs) as shipping_differs,
        count(*) filter (tax_differs) as tax_differs,
        count(*) filter (refunded_differs) as refunded_differs,
        -- A total that repeats on every line what the line is worth is the line's own, also where the lines are equal.
        -- One that repeats over lines of different worth is the order's.
        count(*) filter (
            total_is_line_value
            and abs(order_total - lines_value) >= 0.02
            and abs(order_total - (lines_value - coalesce(discount, 0) + coalesce(shipping, 0) + coalesce(tax, 0))) >= 0.02
        ) as total_of_lines,
        count(*) filter (money_rows > 1 and not total_is_line_value and not coalesce(total_differs, true)) as total_of_orders,
        count(*) filter (
            subtotal_is_line_value
            and abs(subtotal - lines_value) >= 0.02
            and abs(subtotal - (lines_value - coalesce(discount, 0))) >= 0.02
        ) as subtotal_of_lines,
        count(*) filter (
            money_rows > 1 and not subtotal_is_line_value and not coalesce(subtotal_differs, true)
        ) as subtotal_of_orders,
        count(*) filter (status_differs) as status_differs,
        count(*) filter (is_part_named) as part_named_orders,
        count(*) filter (has_summary) as summary_orders
    from valued
),

subtotal_evidence as (
    select
        count(*) filter (abs(subtotal - discount - paid_for_goods) < 0.02) as before_discount,
        count(*) filter (abs(subtotal - paid_for_goods) < 0.02) as after_discount
    from discounted
)

select * from facts cross join subtotal_evidence;
