-- Grain: customer. Input: journey_stages. The customers of one journey stage.
select customer_id
from journey_stages($question)
where stage = ($group).stage
