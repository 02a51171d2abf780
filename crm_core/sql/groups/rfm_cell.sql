-- Grain: customer. Input: rfm_scores. The customers of one cell of the map of recency and frequency.
select customer_id
from rfm_scores($question)
where r_score = ($group).r_score and f_score = ($group).f_score
