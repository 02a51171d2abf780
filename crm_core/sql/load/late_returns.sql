-- Grain: returned line of a staged order whose sale another import told. Inputs: staged_orders, staged_order_lines, sightings,
-- imports, order_versions, order_line_versions; $platform (whose returns are rows of their own, numbered as the sale is), $others
-- (platforms whose exports tell of the same orders), $before (only imports before this one; NULL: all).
-- A return may stand in the export of a later month, where its sale does not. It belongs to the order as it was brought in last,
-- unless that has the line already. The same kind of export goes first: another kind may know the return by another line.
create or replace temp table late_returns as
with sales as (
    select
        staged_orders.order_no,
        arg_max(order_versions.version_id, (imports.platform = $platform, sightings.import_id)) as version_id
    from staged_orders
    inner join sightings on sightings.kind = 'orders' and sightings.record_key = staged_orders.order_key
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
        and ($before is null or imports.import_id < $before)
    inner join order_versions on sightings.version_id = order_versions.version_id
    where not staged_orders.has_sale_line and staged_orders.goods_amount < 0
        and order_versions.has_sale_line and (imports.platform = $platform or list_contains($others, imports.platform))
    group by staged_orders.order_no
)

select
    staged_order_lines.*,
    sales.version_id,
    known.line_no is not null as is_known
from staged_order_lines
inner join sales on staged_order_lines.order_no = sales.order_no
left join order_line_versions known
    on known.version_id = sales.version_id
    and known.net_amount = staged_order_lines.net_amount
    and known.quantity = staged_order_lines.quantity
    and known.product_key is not distinct from staged_order_lines.product_key
    and known.variant is not distinct from staged_order_lines.variant
qualify row_number() over (partition by staged_order_lines.order_no, staged_order_lines.line_no) = 1;
