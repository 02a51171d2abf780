-- Grain: customer with a purchase in the window. Inputs: rfm_scores, customer_mart.
-- Every customer's recency, frequency, monetary, scores and segment, the best scores first.
with scores as (
    select * from rfm_scores($question)
),

people as (
    select customer_id, name from customer_mart
),

named as (
    select
        customer_id, name, recency_days, frequency, monetary::double as monetary, r_score, f_score, m_score,
        concat(r_score, f_score, m_score) as rfm_score,
        segment, last_on, first_on
    from scores
    left join people using (customer_id)
    order by rfm_score desc, scores.monetary desc, customer_id
)

select * from named
