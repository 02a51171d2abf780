-- Grain: campaign in force x group. Inputs: campaign_people, campaigns, purchase_mart; $as_of.
-- How many people of each group there are now, how many of them bought from the first to the last day of the campaign, up to
-- the as-of date, and the mean and variance of what each spent. Who is in both groups, being one person now, is in neither.
with people as (
    select campaign_id, customer_id, is_held_out, is_in_both
    from campaign_people()
),

spent as (
    select people.campaign_id, people.customer_id, sum(net_amount)::double as revenue
    from people
    inner join campaigns on people.campaign_id = campaigns.campaign_id
    inner join purchase_mart
        on people.customer_id = purchase_mart.customer_id
        and purchased_on between starts_on and least(starts_on + window_days, $as_of)
    group by people.campaign_id, people.customer_id
),

grouped as (
    select
        people.campaign_id,
        case when is_in_both then 'both' when is_held_out then 'held_out' else 'contacted' end as arm,
        count(*) as people,
        count(revenue) as buyers,
        avg(coalesce(revenue, 0)) as mean_revenue,
        coalesce(var_samp(coalesce(revenue, 0)), 0) as variance
    from people
    left join spent on people.campaign_id = spent.campaign_id and people.customer_id = spent.customer_id
    group by all
)

select * from grouped
