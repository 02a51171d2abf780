-- Grain: line of a counted order or of a stand-alone return. Inputs: order_scope, order_line_scope, purchase_mart.
-- Lines of documents that move revenue; gifts and free lines are kept and not ranked (METRICS §4).
insert into order_line_mart
with lines as (
    select
        order_line_scope.order_key,
        order_line_scope.line_no,
        order_scope.customer_id,
        order_scope.channel,
        order_scope.ordered_on,
        order_line_scope.product_key,
        order_scope.is_counted
            and order_line_scope.product_key is not null
            and order_line_scope.line_type <> 'gift'
            and order_line_scope.quantity > 0
            and coalesce(order_line_scope.unit_price, order_line_scope.net_amount) > 0 as is_ranked,
        order_line_scope.quantity,
        order_line_scope.net_amount,
        case when order_scope.is_counted then purchase_mart.purchase_no end as purchase_no
    from order_line_scope
    inner join order_scope on order_line_scope.order_key = order_scope.order_key
    left join purchase_mart
        on order_scope.customer_id = purchase_mart.customer_id and order_scope.ordered_on = purchase_mart.purchased_on
    where order_scope.is_counted or order_scope.is_adjustment
)

select * from lines order by ordered_on, order_key, line_no;
