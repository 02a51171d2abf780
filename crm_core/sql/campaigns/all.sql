-- Grain: campaign, the newest first. Inputs: campaigns, campaign_members.
-- What was frozen, and how many went into each group then.
with sizes as (
    select
        campaign_id,
        count(*) filter (where not is_held_out) as contacted,
        count(*) filter (where is_held_out) as held_out
    from campaign_members
    group by campaign_id
),

listed as (
    select
        campaigns.campaign_id, name, source, channel, starts_on, window_days, cost, margin, holdout_share, seed, as_of,
        frozen_by, frozen_at, stopped_at, coalesce(contacted, 0) as contacted, coalesce(held_out, 0) as held_out
    from campaigns
    left join sizes on campaigns.campaign_id = sizes.campaign_id
    order by campaigns.campaign_id desc
)

select * from listed
