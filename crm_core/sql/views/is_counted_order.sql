-- Scalar. A counted order (METRICS §1): neither cancelled nor unpaid nor refunded in full, with a line that was sold.
create or replace macro is_counted_order(meaning, has_sale_line, goods_amount, refund_amount) as
    has_sale_line
    and meaning not in ('cancelled', 'unpaid')
    and not (meaning = 'refunded' and refund_amount = 0)
    and not (refund_amount > 0 and refund_amount >= goods_amount);
