-- Grain: journey stage, all five in their order. Inputs: journey_stages, shop_cycle_as_of.
-- How many of the known customers are in each stage, with what revenue. Without a cycle nobody can be called lapsed: NULL.
with stages as (
    select *
    from (values (1, 'aware'), (2, 'purchased'), (3, 'retained'), (4, 'advocate'), (5, 'lapsed')) as stages(position, stage)
),

counted as (
    select stage, count(*) as customers, sum(revenue) as revenue from journey_stages($question) group by stage
),

listed as (
    select
        stage,
        case when stage <> 'lapsed' or cycle_days is not null then coalesce(customers, 0) end as customers,
        (coalesce(customers, 0) / nullif(sum(customers) over (), 0))::double as share,
        coalesce(revenue, 0)::double as revenue,
        (coalesce(revenue, 0) / nullif(sum(revenue) over (), 0))::double as revenue_share
    from stages
    cross join shop_cycle_as_of($as_of)
    left join counted using (stage)
    order by position
)

select * from listed
