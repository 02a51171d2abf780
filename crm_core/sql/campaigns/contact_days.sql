-- Grain: campaign in force x day with a contact x state. Input: campaign_contacts; $day.
-- How many people were contacted on each day, by what came of it that day, and with how many of them it was the first time.
with daily as (
    select campaign_id, customer_id, contacted_on, count(*) as contacts, contact_state(list(outcome)) as state
    from campaign_contacts($day)
    group by campaign_id, customer_id, contacted_on
),

placed as (
    select *, contacted_on = min(contacted_on) over (partition by campaign_id, customer_id) as is_first from daily
)

select
    campaign_id, contacted_on, state, sum(contacts)::bigint as contacts, count(*) as people, count(*) filter (where is_first) as newcomers
from placed
group by campaign_id, contacted_on, state
order by campaign_id, contacted_on, state
