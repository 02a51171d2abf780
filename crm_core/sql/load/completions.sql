-- Grain: staged order that another export of its platform tells of too. Inputs: staged_orders, staged_order_lines, sightings,
-- imports, order_versions, order_line_versions; $others (platforms whose exports tell the rest of the same orders), $before
-- (only imports before this one; NULL: all).
-- What the other export, as it was brought in last, adds to the order: words of its state, its total, city and coupon, a refund,
-- lines with products. An order that holds what the other one tells is no older than that.
create or replace temp table completions as
with told as (
    select
        staged_orders.order_no,
        arg_max(sightings.version_id, sightings.import_id) as version_id,
        max(sightings.event_at) as event_at
    from staged_orders
    inner join sightings on sightings.kind = 'orders' and sightings.record_key = staged_orders.order_key
    inner join imports on sightings.import_id = imports.import_id and imports.undone_at is null
        and ($before is null or imports.import_id < $before)
    where list_contains($others, imports.platform)
    group by staged_orders.order_no
),

own_products as (
    select order_no, count(product_key) as named_lines from staged_order_lines group by order_no
),

other_products as (
    select version_id, count(product_key) as named_lines
    from order_line_versions
    where version_id in (select version_id from told)
    group by version_id
)

select
    told.order_no,
    told.version_id,
    coalesce(staged_orders.status, other.status) as status,
    coalesce(staged_orders.payment_status, other.payment_status) as payment_status,
    coalesce(staged_orders.fulfil_status, other.fulfil_status) as fulfil_status,
    coalesce(staged_orders.return_status, other.return_status) as return_status,
    coalesce(staged_orders.order_total, other.order_total) as order_total,
    coalesce(staged_orders.city, other.city) as city,
    coalesce(staged_orders.coupon, other.coupon) as coupon,
    staged_orders.is_cancelled or other.is_cancelled as is_cancelled,
    least(
        greatest(staged_orders.refund_amount, other.refund_amount), greatest(staged_orders.goods_amount, 0)
    )::decimal(18, 4) as refund_amount,
    greatest(staged_orders.last_event_at, coalesce(told.event_at, staged_orders.ordered_at) + interval 1 microsecond)
        as last_event_at,
    coalesce(own_products.named_lines, 0) = 0 and coalesce(other_products.named_lines, 0) > 0 as takes_lines
from told
inner join staged_orders on told.order_no = staged_orders.order_no
inner join order_versions other on told.version_id = other.version_id
left join own_products on told.order_no = own_products.order_no
left join other_products on told.version_id = other_products.version_id;
