-- Grain: one row. Input: customer_histories; $as_of, $channel.
-- How many customers there are to learn from, since when, and whether those who buy often also spend more per purchase.
with histories as (
    select * from customer_histories($as_of, $channel)
),

extent as (
    select
        count(*) as customers,
        count(*) filter (where repeats > 0) as repeat_customers,
        ($as_of::date - max(observed_days)) as first_on,
        corr(repeats, spent_again / repeats) filter (where repeats > 0 and spent_again > 0) as correlation
    from histories
)

select * from extent
