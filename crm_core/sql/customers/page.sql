-- Grain: customer known on or before the as-of date, one page of them. Inputs: customer_mart, rfm_scores.
-- The customers that match a search and a segment, with their scores where they bought; `total` counts all that match.
with known as (
    select customer_id, name, email, phone, first_on
    from customer_mart
    where (least(first_on, joined_on) <= $as_of or (first_on is null and joined_on is null))
        and ($channel is null or first_channel = $channel)
),

found as (
    select customer_id, name, first_on
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

-- Only what the order is made of, best first: the rest is looked up for one page.
matching as (
    select
        customer_id,
        case when $order_by = 'name' then name end as first_by_name,
        case when $order_by = 'recency_days' then recency_days end as first_by_days,
        case $order_by when 'frequency' then frequency when 'first_on' then first_on - '1970-01-01'::date end as first_by_number,
        monetary
    from found
    left join scores using (customer_id)
    where $segment is null or segment = $segment
),

counted as (
    select count(*) as total from matching
),

page as (
    select *
    from matching
    order by
        first_by_name nulls last, first_by_days nulls last, first_by_number desc nulls last, monetary desc nulls last,
        customer_id
    limit $limit offset $offset
),

shown as (
    select
        left(md5(page.customer_id), 16) as customer_reference,
        page.customer_id, name, email, phone, city, segment, recency_days, frequency,
        page.monetary::double as monetary,
        concat(r_score, f_score, m_score) as rfm_score,
        scores.last_on, first_on, total
    from page
    inner join customer_mart on page.customer_id = customer_mart.customer_id
    left join scores on page.customer_id = scores.customer_id
    cross join counted
    order by
        first_by_name nulls last, first_by_days nulls last, first_by_number desc nulls last, page.monetary desc nulls last,
        page.customer_id
)

select * from shown
