-- Grain: customer of a group, with or without a purchase. Input: rfm_scores.
-- {{people}} is the model of the group's kind; the figures are those of the customer's scores.
select
    people.customer_id, segment, recency_days, frequency, monetary, r_score, f_score, m_score, last_on, purchase_count,
    coalesce(revenue, 0) as revenue
from (
    select distinct customer_id from (
{people}
    ) as found
    where customer_id is not null
) as people
left join rfm_scores($question) as scores on scores.customer_id = people.customer_id
