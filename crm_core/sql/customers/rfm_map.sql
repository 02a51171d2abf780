-- Grain: cell of recency score x frequency score, all of them, also the empty ones. Input: rfm_scores.
-- Where monetary splits a cell between two segments, `segment` is the one with more customers (in an empty cell: with more
-- monetary scores, then the one of the best monetary score) and `other_segment` the second.
with cells as (
    select
        (position - 1) // ($bins * $bins) + 1 as r_score,
        (position - 1) // $bins % $bins + 1 as f_score,
        (position - 1) % $bins + 1 as m_score,
        segment
    from (select unnest($segment_map) as segment, generate_subscripts($segment_map, 1) as position)
),

possible as (
    select r_score, f_score, segment, count(*) as m_scores, max(m_score) as best_m_score
    from cells
    group by r_score, f_score, segment
),

counted as (
    select r_score, f_score, segment, count(*) as customers, sum(revenue) as revenue
    from rfm_scores($question)
    group by r_score, f_score, segment
),

weighed as (
    select r_score, f_score, segment, coalesce(customers, 0) as customers, coalesce(revenue, 0) as revenue, m_scores, best_m_score
    from possible
    left join counted using (r_score, f_score, segment)
),

drawn as (
    select
        r_score::integer as r_score,
        f_score::integer as f_score,
        list(segment order by customers desc, m_scores desc, best_m_score desc) as segments,
        sum(customers)::bigint as customers,
        sum(revenue)::double as revenue
    from weighed
    group by r_score, f_score
),

named as (
    select
        r_score, f_score, segments[1] as segment, segments[2] as other_segment, customers, revenue,
        customers / nullif(sum(customers) over (), 0) as share
    from drawn
    order by r_score desc, f_score
)

select * from named
