-- Grain: one row or none. Inputs: customer_mart, purchase_mart, order_mart, answer_mart, rfm_scores.
-- Who a customer is, what there was up to the as-of date over all history, and the scores of the window.
with person as (
    select * from customer_mart where customer_id = $customer_id
),

purchases as (
    select count(*)::integer as purchases, min(purchased_on) as first_on, max(purchased_on) as last_on
    from purchase_mart
    where customer_id = $customer_id and purchased_on <= $as_of
),

money as (
    select coalesce(sum(net_amount), 0)::decimal(18, 4) as revenue
    from order_mart
    where customer_id = $customer_id and ordered_on <= $as_of
),

voice as (
    select arg_max(nps, (coalesce(submitted_at, '-infinity'::timestamp), answer_key)) as nps
    from answer_mart
    where customer_id = $customer_id and nps is not null and (answered_on is null or answered_on <= $as_of)
),

scores as (
    select customer_id, r_score, f_score, m_score, segment from rfm_scores($question) where customer_id = $customer_id
),

header as (
    select
        person.customer_id, left(md5(person.customer_id), 16) as reference,
        name, email, phone, city, gender, birthday, joined_on, tier, tags, source_heard,
        consent_email, consent_sms, consent_line,
        case when purchases > 0 then first_channel end as first_channel,
        purchases.first_on, purchases.last_on, purchases, revenue,
        ($as_of::date - purchases.last_on)::integer as recency_days,
        r_score, f_score, m_score, segment, nps
    from person
    cross join purchases
    cross join money
    cross join voice
    left join scores using (customer_id)
)

select * from header
