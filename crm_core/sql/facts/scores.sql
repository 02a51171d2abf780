-- Grain: customer with a purchase. Input: rfm_scores. The segment of METRICS §5.
select customer_id, segment from rfm_scores($question)
