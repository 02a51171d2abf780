-- Grain: known customer. Input: journey_stages.
select customer_id, stage from journey_stages($question)
