-- Grain: customer with a purchase. Inputs: rfm_customers, shop_cycle_as_of. The figures of METRICS §5, without the scores that
-- compare customers, and the life-cycle stage. A mean is of whole units of 0.0001.
select
    customer_id, recency_days, purchase_count, revenue,
    (round((revenue * 10000)::bigint / nullif(purchase_count, 0)) / 10000)::decimal(18, 4) as purchase_value,
    life_cycle_stage(
        recency_days, purchase_count, (select cycle_days from shop_cycle_as_of(($question).as_of))
    ) as life_cycle
from rfm_customers($question)
