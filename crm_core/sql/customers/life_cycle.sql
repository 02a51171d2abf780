-- Grain: life-cycle stage, all five in their order. Inputs: life_cycle_as_of, shop_cycle_as_of.
-- How many customers are in each stage, with what revenue. Without a cycle the shop's stages are not known: NULL.
with cycle as (
    select cycle_days from shop_cycle_as_of($as_of)
),

stages as (
    select *
    from (values (1, 'N', 0, 1), (2, 'E0', 0, 1), (3, 'S1', 1, 2), (4, 'S2', 2, 3), (5, 'S3', 3, null))
        as stages(position, stage, from_cycles, to_cycles)
),

counted as (
    select stage, count(*) as customers, sum(revenue) as revenue
    from life_cycle_as_of($as_of, null, $as_of, $channel, 'period')
    where stage is not null
    group by stage
),

listed as (
    select
        stage,
        case when from_cycles = 0 then 0 else floor(from_cycles * cycle_days) + 1 end::integer as silent_from,
        floor(to_cycles * cycle_days)::integer as silent_to,
        case when cycle_days is not null then coalesce(customers, 0) end as customers,
        (coalesce(customers, 0) / nullif(sum(customers) over (), 0))::double as share,
        case when cycle_days is not null then coalesce(revenue, 0) end::double as revenue,
        (coalesce(revenue, 0) / nullif(sum(revenue) over (), 0))::double as revenue_share
    from stages
    cross join cycle
    left join counted using (stage)
    order by position
)

select * from listed
