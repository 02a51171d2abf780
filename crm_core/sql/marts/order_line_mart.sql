-- Grain: line of a counted order or of a stand-alone return. Inputs: order_line_scope, purchase_mart.
-- Lines of documents that move revenue; gifts and free lines are kept and not ranked (METRICS §4).
insert into order_line_mart
select
    lines.order_key,
    lines.line_no,
    lines.customer_id,
    lines.channel,
    lines.ordered_on,
    lines.product_key,
    lines.is_counted
    and lines.product_key is not null
    and lines.line_type <> 'gift'
    and lines.quantity > 0
    and coalesce(lines.unit_price, lines.net_amount) > 0 as is_ranked,
    lines.quantity,
    lines.net_amount,
    case when lines.is_counted then purchase_mart.purchase_no end as purchase_no
from order_line_scope lines
left join purchase_mart
    on lines.customer_id = purchase_mart.customer_id and lines.ordered_on = purchase_mart.purchased_on
where lines.is_counted or lines.is_adjustment
order by lines.ordered_on;
