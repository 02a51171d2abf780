-- Grain: line of a counted order or of a stand-alone return. Inputs: order_scope, order_line_versions, purchase_mart,
-- repeated_products.
-- Lines of documents that move revenue; gifts and free lines are kept and not ranked (METRICS §4). Lines in another currency are
-- converted, and what rounding leaves over goes to the largest line, so that the lines are worth what the order is worth. A
-- product counts once in an order: on the largest of its ranked lines, whichever stands first in the file.
insert into order_line_mart by name
with documents as (
    select order_scope.*, case when order_scope.is_counted then purchase_mart.purchase_no end as purchase_no
    from order_scope
    left join purchase_mart
        on order_scope.customer_id = purchase_mart.customer_id and order_scope.ordered_on = purchase_mart.purchased_on
    where order_scope.is_counted or order_scope.is_adjustment
),

foreign_lines as (
    select
        lines.version_id, lines.line_no, lines.product_key, lines.quantity, documents.net_amount as order_net,
        in_shop_currency(lines.net_amount, documents.rate) as share_amount
    from order_line_versions lines
    inner join documents on lines.version_id = documents.version_id
    where documents.rate is not null
),

remainders as (
    select
        version_id,
        arg_max(line_no, (abs(share_amount), coalesce(product_key, ''), quantity)) as line_no,
        any_value(order_net) - sum(share_amount) as remainder
    from foreign_lines
    group by version_id
),

converted as (
    select
        foreign_lines.version_id, foreign_lines.line_no,
        (share_amount + coalesce(remainder, 0))::decimal(18, 4) as net_amount
    from foreign_lines
    left join remainders
        on foreign_lines.version_id = remainders.version_id and foreign_lines.line_no = remainders.line_no
)

select
    documents.order_key,
    lines.line_no,
    documents.customer_id,
    documents.channel,
    documents.ordered_on,
    lines.product_key,
    documents.is_counted
    and is_sold(lines.product_key, lines.line_type, lines.quantity, coalesce(lines.unit_price, lines.net_amount)) as is_ranked,
    is_ranked and lines.line_no = coalesce(repeated.line_no, lines.line_no) as counts_order,
    lines.quantity,
    coalesce(converted.net_amount, lines.net_amount) as net_amount,
    documents.purchase_no
from order_line_versions lines
inner join documents on lines.version_id = documents.version_id
left join converted on lines.version_id = converted.version_id and lines.line_no = converted.line_no
left join repeated_products as repeated on lines.version_id = repeated.version_id and lines.product_key = repeated.product_key
order by documents.ordered_on;
