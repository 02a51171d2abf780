-- Grain: repeat purchases x days observed. Input: customer_histories; $as_of, $channel.
-- All that the purchases expected of somebody still active depend on.
with ages as (
    select distinct repeats, observed_days from customer_histories($as_of, $channel)
)

select * from ages
