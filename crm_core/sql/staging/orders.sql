-- Grain: order of the file. Inputs: order_rows without the rejected rows, summary_rows, order_numbers; $account_space; what
-- order_facts decided ($…_per_line, $subtotal_before).
-- Order-level money is taken once per order (METRICS §1), whatever the shape: the value that is not zero.
create or replace temp table staged_orders as
with good_rows as (
    select order_rows.*, summary_rows.row_number is null as is_line
    from order_rows
    left join summary_rows on order_rows.row_number = summary_rows.row_number
    where order_rows.row_number not in (select row_number from rejected_rows)
),

per_order as (
    select
        order_no,
        min(customer_id) as customer_id,
        min(email) as email,
        min(phone) as phone,
        min(trim(customer_name)) as customer_name,
        min(ordered_at) as ordered_at,
        max(last_event_at) as last_event_at,
        bool_or(coalesce(ordered_at_has_time, false)) as has_time,
        min(status) as status,
        min(payment_status) as payment_status,
        min(fulfil_status) as fulfil_status,
        min(return_status) as return_status,
        count(cancelled_at) > 0 as is_cancelled,
        min(currency) as currency,
        min(city) as city,
        min(coupon) as coupon,
        case when $total_per_line then sum(order_total) else arg_max(order_total, abs(order_total)) end as order_total,
        case when $subtotal_per_line then sum(subtotal) else arg_max(subtotal, abs(subtotal)) end as subtotal,
        case when $discount_per_line then sum(discount) else max(discount) end as discount,
        case when $shipping_per_line then sum(shipping) else max(shipping) end as shipping,
        case when $tax_per_line then sum(tax) else max(tax) end as tax,
        abs(case when $refunded_per_line then sum(refunded) else arg_max(refunded, abs(refunded)) end) as refunded,
        sum(line_value) filter (is_line) as lines_value,
        sum(coalesce(line_value, 0) - weight) filter (is_line) as returned_value,
        bool_or(
            coalesce(quantity, 1) > 0 and coalesce(nullif(unit_price, 0), nullif(line_total, 0)) > 0
        ) as has_priced_line,
        bool_or(coalesce(quantity, 1) > 0 and unit_price is null and line_total is null) as has_unpriced_line,
        -- A row that tells an amount and no product is a whole purchase, and 0 is an amount; a product at 0 is a gift.
        bool_or(
            coalesce(quantity, 1) > 0 and unit_price is null and line_total = 0 and product is null and sku is null
        ) as has_bare_amount,
        count(*) filter (is_line) as line_count,
        coalesce(sum(weight) filter (is_line), 0)::decimal(18, 4) as weight,
        coalesce(sum(coalesce(quantity, 1)) filter (is_line), 0)::decimal(18, 4) as quantity,
        sum(greatest(coalesce(quantity, 1), 0)) filter (is_line) as pieces,
        count(*) filter (starts_row) as row_count,
        -- A sum of hashes does not depend on the order of the lines. Where a newer engine hashes differently, an unchanged
        -- order is stored once more, which changes no number.
        sum(hash(
            sku, product, variant, category, quantity, unit_price, line_total, line_discount, line_type, quantity_returned
        ))::hugeint as lines_hash
    from good_rows
    group by order_no
),

goods as (
    select
        *,
        (case
            when subtotal is not null then subtotal - case when $subtotal_before then coalesce(discount, 0) else 0 end
            when order_total is not null then order_total - coalesce(shipping, 0) - coalesce(tax, 0)
            else coalesce(lines_value, 0) - case when lines_value > 0 then coalesce(discount, 0) else 0 end
        end)::decimal(18, 4) as goods_amount
    from per_order
),

-- A refund of everything that was paid includes the shipping; of the goods no more than their price can come back.
refunds as (
    select
        *,
        (case
            when goods_amount <= 0 then 0
            when refunded > 0 and refunded >= coalesce(order_total, goods_amount) - 0.005 then goods_amount
            when refunded > 0 then least(refunded, goods_amount)
            when returned_value > 0
                then least(round(returned_value * goods_amount / nullif(greatest(lines_value, returned_value), 0), 4), goods_amount)
            else 0
        end)::decimal(18, 4) as refund_amount
    from goods
),

keyed as (
    select
        refunds.*,
        order_numbers.order_key,
        order_numbers.channel,
        order_numbers.order_id,
        case when refunds.customer_id is not null then $account_space || ':' || refunds.customer_id end as account
    from refunds
    inner join order_numbers on refunds.order_no = order_numbers.order_no
),

identified as (
    select
        *,
        case when coalesce(account, email, phone) is not null then md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(customer_name, '')
        )) end as identity_key,
        coalesce(has_priced_line, false) or (has_unpriced_line and goods_amount > 0) or coalesce(has_bare_amount, false)
            as has_sale_line
    from keyed
),

hashed as (
    select
        *,
        lines_hash + hash(
            identity_key, ordered_at, has_time, status, payment_status, fulfil_status, return_status, is_cancelled,
            city, coupon, order_total, goods_amount, refund_amount, has_sale_line, row_count
        ) as content_hash
    from identified
)

select * from hashed;
