-- Grain: as rfm_scores. Input: rfm_scores. The scores of one question, kept on this cursor while several models read them.
create or replace temp table kept_scores as
with scores as (
    select
        customer_id, last_on, purchase_count, recency_days, frequency, revenue, monetary, r_score, f_score, m_score, segment
    from rfm_scores($question)
)

select * from scores
