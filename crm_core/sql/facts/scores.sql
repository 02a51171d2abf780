-- Grain: customer with a purchase. Input: rfm_scores. The figures of METRICS §5. A mean is of whole units of 0.0001.
select
    customer_id, segment, recency_days, purchase_count, revenue, r_score, f_score, m_score,
    (round((revenue * 10000)::bigint / nullif(purchase_count, 0)) / 10000)::decimal(18, 4) as purchase_value
from rfm_scores($question)
