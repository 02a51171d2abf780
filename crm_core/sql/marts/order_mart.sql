-- Grain: order document. Inputs: order_scope, purchase_mart.
-- Every order with what it counts for and which purchase of its customer it belongs to.
insert into order_mart
with numbered as (
    select
        order_scope.*,
        case when order_scope.is_counted then purchase_mart.purchase_no end as purchase_no,
        case when order_scope.is_counted then purchase_mart.gap_days end as gap_days
    from order_scope
    left join purchase_mart
        on order_scope.customer_id = purchase_mart.customer_id and order_scope.ordered_on = purchase_mart.purchased_on
)

select
    order_key, channel, order_id, customer_id, ordered_at, ordered_on, status, is_counted, is_adjustment, net_amount,
    refund_amount, quantity, coupon, city, purchase_no, coalesce(purchase_no >= 2, false) as is_repurchase, gap_days
from numbered
order by ordered_at, order_key;
