-- Grain: one row. Inputs: purchase_mart, answer_mart.
-- Which data the lists can stand on: purchases, and NPS answers of known customers.
with presence as (
    select
        exists (from purchase_mart) as orders,
        exists (from answer_mart where nps is not null and customer_id is not null) as survey
)

select * from presence
