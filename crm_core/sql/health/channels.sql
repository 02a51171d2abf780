-- Grain: channel. Inputs: order_mart, current_orders, sightings, imports.
-- Orders of every channel, how many have a known customer, its days, and when a file last told of it (UTC).
with orders as (
    select
        channel,
        count(*) filter (is_counted) as orders,
        count(customer_id) filter (is_counted) as identified,
        min(ordered_on) as first_on,
        max(ordered_on) as last_on
    from order_mart
    group by channel
),

seen as (
    select distinct split_part(record_key, chr(31), 1) as channel, import_id from sightings where kind = 'orders'
),

uploads as (
    select seen.channel, max(imports.imported_at) as uploaded_at
    from seen
    inner join imports on seen.import_id = imports.import_id and imports.undone_at is null
    group by seen.channel
)

select orders.*, uploads.uploaded_at
from orders
left join uploads on orders.channel = uploads.channel
order by orders.orders desc, orders.channel;
