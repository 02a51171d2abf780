-- Grain: source as it is told, NULL: not known. Inputs: new_customer_sources, purchase_mart.
-- How the new customers of the period heard of the shop, and what they have spent since, up to the as-of date.
with newcomers as (
    select customer_id, source_heard, is_referred
    from new_customer_sources($start_on, $end_on, $channel, 'period')
),

-- What the last purchase up to the day says of all so far.
spent as (
    select customer_id, net_so_far as revenue
    from purchase_mart
    where purchased_on <= $as_of and coalesce(next_on > $as_of, true)
),

counted as (
    select
        source_heard as source,
        any_value(is_referred) as is_referred,
        count(*) as customers,
        sum(revenue) as revenue
    from newcomers
    inner join spent on newcomers.customer_id = spent.customer_id
    group by source_heard
),

shared as (
    select
        source, is_referred, customers,
        case when source is not null then customers / nullif(sum(customers) filter (where source is not null) over (), 0)
        end as share,
        revenue::double as revenue
    from counted
    order by source is null, customers desc, source
)

select * from shared
