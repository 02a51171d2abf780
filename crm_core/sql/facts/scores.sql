-- Grain: customer with a purchase. Input: rfm_scores. The figures of METRICS §5.
select
    customer_id, segment, recency_days, purchase_count, revenue, r_score, f_score, m_score,
    (revenue / nullif(purchase_count, 0))::decimal(18, 4) as purchase_value
from rfm_scores($question)
