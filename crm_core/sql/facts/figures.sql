-- Grain: customer with a purchase. Input: rfm_customers. The figures of METRICS §5, without the scores that compare customers.
-- A mean is of whole units of 0.0001.
select
    customer_id, recency_days, purchase_count, revenue,
    (round((revenue * 10000)::bigint / nullif(purchase_count, 0)) / 10000)::decimal(18, 4) as purchase_value
from rfm_customers($question)
