-- Grain: pair of channels. Input: order_mart. Orders with one number, day and amount that stand in two channels: most likely one
-- file was brought in under two names.
with doubled as (
    select order_id, ordered_on, net_amount, min(channel) as channel, max(channel) as other_channel
    from order_mart
    where is_counted and order_id is not null and net_amount <> 0
    group by order_id, ordered_on, net_amount
    having min(channel) <> max(channel)
),

pairs as (
    select channel, other_channel, count(*) as orders, sum(net_amount)::double as revenue, min(order_id) as example
    from doubled
    group by channel, other_channel
)

select * from pairs order by orders desc, channel, other_channel;
