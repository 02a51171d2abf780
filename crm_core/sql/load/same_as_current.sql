-- Inputs: staged_versions, staged_orders, staged_order_lines, current_records, order_versions, order_line_versions.
-- An order with what it took over may say just what the shop knows from the other export: then nothing about it changes.
update staged_versions set is_unchanged = true
where not is_unchanged and number in (
    with compared as (
        select
            staged.order_no,
            current_records.version_id,
            hash(
                staged.identity_key, staged.ordered_at, staged.has_time, staged.status, staged.payment_status,
                staged.fulfil_status, staged.return_status, staged.is_cancelled, staged.city, staged.coupon,
                staged.order_total, staged.goods_amount, staged.refund_amount, staged.quantity, staged.has_sale_line
            ) = hash(
                known.identity_key, known.ordered_at, known.has_time, known.status, known.payment_status,
                known.fulfil_status, known.return_status, known.is_cancelled, known.city, known.coupon,
                known.order_total, known.goods_amount, known.refund_amount, known.quantity, known.has_sale_line
            ) as is_same
        from staged_orders staged
        inner join current_records on current_records.kind = 'orders' and current_records.record_key = staged.order_key
        inner join order_versions known on current_records.version_id = known.version_id
    ),

    staged_hashes as (
        select order_no, sum(hash(
            product_key, variant, line_type, quantity, quantity_returned, unit_price, net_amount
        ))::hugeint as lines_hash
        from staged_order_lines
        group by order_no
    ),

    known_hashes as (
        select version_id, sum(hash(
            product_key, variant, line_type, quantity, quantity_returned, unit_price, net_amount
        ))::hugeint as lines_hash
        from order_line_versions
        where version_id in (select version_id from compared)
        group by version_id
    )

    select compared.order_no
    from compared
    inner join staged_hashes on compared.order_no = staged_hashes.order_no
    inner join known_hashes on compared.version_id = known_hashes.version_id
    where is_same and staged_hashes.lines_hash = known_hashes.lines_hash
);
