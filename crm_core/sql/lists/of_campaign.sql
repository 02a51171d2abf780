-- Grain: customer of a campaign's contacted part. Input: campaign_people; ($rules).campaign_id names the campaign.
select customer_id from campaign_people() where campaign_id = ($rules).campaign_id and not is_held_out
