-- Grain: survey answer. Inputs: current_answers, identities, touched_answers, touched_customers.
-- Promoters answer 9 or 10, passives 7 or 8, detractors 0 to 6 (METRICS §6).
insert into answer_mart
with answers as (
    select current_answers.*, identities.customer_id
    from current_answers
    left join identities on current_answers.identity_key = identities.identity_key
    where current_answers.answer_key in (select answer_key from touched_answers)
        or identities.customer_id in (select customer_id from touched_customers)
)

select
    answer_key, customer_id, submitted_at, submitted_at::date as answered_on, channel, nps,
    case when nps >= 9 then 'promoter' when nps >= 7 then 'passive' when nps >= 0 then 'detractor' end as attitude,
    is_nps_asked, nps_text, satisfaction, satisfaction_scale, comment, recommended, source_heard, contact_consent, answers
from answers
order by submitted_at, answer_key;
