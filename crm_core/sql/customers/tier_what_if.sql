-- Grain: standing, all three in their order. Input: tier_standings.
-- How many customers would be in the tier, how many are one order away, and how many neither; what they spent, what the ones
-- near are short of on average, and what one gift for each would cost.
with standings as (
    select * from tier_standings($as_of, $since_on, $channel, $basis, $threshold)
),

positions as (
    select * from (values (1, 'in'), (2, 'near'), (3, 'rest')) as positions(position, standing)
),

counted as (
    select
        standing,
        count(*) as customers,
        sum(revenue) as revenue,
        avg($threshold::double - reached::double) filter (where standing = 'near') as average_short
    from standings
    group by standing
),

listed as (
    select
        standing,
        coalesce(customers, 0) as customers,
        (coalesce(customers, 0) / nullif(sum(customers) over (), 0))::double as share,
        coalesce(revenue, 0)::double as revenue,
        (coalesce(revenue, 0) / nullif(sum(revenue) over (), 0))::double as revenue_share,
        average_short,
        case when standing <> 'rest' then coalesce(customers, 0) * $gift_cost end::double as gift_cost
    from positions
    left join counted using (standing)
    order by position
)

select * from listed
