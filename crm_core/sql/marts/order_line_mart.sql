-- Grain: line of a counted order or of a stand-alone return. Inputs: order_scope, order_line_versions, purchase_mart.
-- Lines of documents that move revenue; gifts and free lines are kept and not ranked (METRICS §4).
insert into order_line_mart
with documents as (
    select order_scope.*, case when order_scope.is_counted then purchase_mart.purchase_no end as purchase_no
    from order_scope
    left join purchase_mart
        on order_scope.customer_id = purchase_mart.customer_id and order_scope.ordered_on = purchase_mart.purchased_on
    where order_scope.is_counted or order_scope.is_adjustment
)

select
    documents.order_key,
    lines.line_no,
    documents.customer_id,
    documents.channel,
    documents.ordered_on,
    lines.product_key,
    documents.is_counted
    and lines.product_key is not null
    and lines.line_type <> 'gift'
    and lines.quantity > 0
    and coalesce(lines.unit_price, lines.net_amount) > 0 as is_ranked,
    lines.quantity,
    lines.net_amount,
    documents.purchase_no
from order_line_versions lines
inner join documents on lines.version_id = documents.version_id
order by documents.ordered_on;
