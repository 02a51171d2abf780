-- Grain: customer known on or before the as-of date, one page of them. Inputs: customer_mart, rfm_scores.
-- The customers that match a search and a segment, with their scores where they bought; `total` counts all that match.
with known as (
    select customer_id, name, email, phone, city, first_on
    from customer_mart
    where (least(first_on, joined_on) <= $as_of or (first_on is null and joined_on is null))
        and ($channel is null or first_channel = $channel)
),

found as (
    select *
    from known
    where $search is null
        or contains(lower(name), $search)
        or contains(lower(email), $search)
        or ($phone is not null and contains(phone, $phone))
),

scores as (
    select customer_id, recency_days, frequency, monetary, r_score, f_score, m_score, segment, last_on
    from rfm_scores($question)
),

matching as (
    select *
    from found
    left join scores using (customer_id)
    where $segment is null or segment = $segment
),

page as (
    select *, count(*) over () as total
    from matching
    order by
        case when $order_by = 'name' then name end nulls last,
        case when $order_by = 'recency_days' then recency_days end nulls last,
        case when $order_by = 'frequency' then frequency end desc nulls last,
        case when $order_by = 'monetary' then monetary end desc nulls last,
        case when $order_by = 'first_on' then first_on end desc nulls last,
        monetary desc nulls last,
        customer_id
    limit $limit offset $offset
),

shown as (
    select
        left(md5(customer_id), 16) as customer_reference,
        customer_id, name, email, phone, city, segment, recency_days, frequency,
        monetary::double as monetary,
        concat(r_score, f_score, m_score) as rfm_score,
        last_on, first_on, total
    from page
)

select * from shown
