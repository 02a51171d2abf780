-- Grain: segment that has a customer. Input: rfm_scores. How many customers each segment holds.
with counted as (
    select segment, count(*) as customers from rfm_scores($question) group by segment
)

select * from counted
