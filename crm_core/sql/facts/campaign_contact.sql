-- Grain: customer whom a campaign is to contact; {of}: campaign_id and day. Input: campaign_states. How far the contact is.
select customer_id, state from campaign_states(({of}).day) where campaign_id = ({of}).campaign_id
