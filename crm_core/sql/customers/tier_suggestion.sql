-- Grain: one row. Input: tier_standings. What the best tenth reaches at least, NULL without a customer: a threshold to begin with.
with suggestion as (
    select percentile_disc(0.1) within group (order by reached desc)::double as reached_from
    from tier_standings($as_of, $since_on, $channel, $basis, 0)
)

select * from suggestion
