-- Grain: row of the file (source_cells, seen through source_rows). Input: source_rows.
-- A row that does not repeat its order's channel has the channel of the order.
create or replace temp table source_cells as
with order_channels as (
    select order_id, min(channel) as order_channel from source_rows where channel is not null group by order_id
)

select source_rows.* replace (coalesce(source_rows.channel, order_channels.order_channel) as channel)
from source_rows
left join order_channels on source_rows.order_id is not distinct from order_channels.order_id;
