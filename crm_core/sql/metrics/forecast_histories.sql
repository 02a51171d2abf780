-- Grain: history (repeat purchases, days to the last of them, days observed), as whole steps of $step days.
-- Input: customer_histories; $as_of, $channel. How many customers share it, the means of their days, and the longest
-- time that one of them was observed.
with histories as (
    select * from customer_histories($as_of, $channel)
),

grouped as (
    select
        repeats, avg(last_days) as last_days, avg(observed_days) as observed_days, count(*) as customers,
        max(observed_days) as longest
    from histories
    group by repeats, last_days // $step, observed_days // $step
)

select * from grouped order by repeats, last_days, observed_days
