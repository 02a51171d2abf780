-- Grain: campaign in force x state of the contact. Input: campaign_states; $day.
-- How many of the people to contact have come how far up to a day.
select campaign_id, state, count(*) as people
from campaign_states($day)
group by campaign_id, state
