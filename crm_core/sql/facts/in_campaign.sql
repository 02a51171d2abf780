-- Grain: customer in a campaign, held out or not; {of}: campaign_id. Input: campaign_people.
select customer_id, case when is_held_out then 'held_out' else 'contacted' end as arm
from campaign_people()
where campaign_id = ({of}).campaign_id
