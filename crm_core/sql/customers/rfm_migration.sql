-- Grain: segment then x segment now, all pairs, also those without a customer. Input: rfm_scores.
-- Who was where at the earlier date and is where now. `not_yet`: not in a segment then; `gone`: no longer in one, which only a
-- window brings about. Per `from_segment` the customers add up to that segment then, per `to_segment` to that segment now.
with now_scores as (
    select customer_id, segment, revenue from rfm_scores($question)
),

then_scores as (
    select customer_id, segment from rfm_scores($earlier)
),

moves as (
    select
        coalesce(then_scores.segment, 'not_yet') as from_segment,
        coalesce(now_scores.segment, 'gone') as to_segment,
        count(*) as customers,
        coalesce(sum(revenue), 0) as revenue
    from now_scores
    full join then_scores on now_scores.customer_id = then_scores.customer_id
    group by 1, 2
),

pairs as (
    select from_segment, from_position, to_segment, to_position
    from (select unnest($from_segments) as from_segment, generate_subscripts($from_segments, 1) as from_position)
    cross join (select unnest($to_segments) as to_segment, generate_subscripts($to_segments, 1) as to_position)
),

listed as (
    select
        from_segment, to_segment,
        coalesce(customers, 0) as customers,
        (coalesce(customers, 0) / nullif(sum(customers) over (partition by from_segment), 0))::double as share,
        coalesce(revenue, 0)::double as revenue
    from pairs
    left join moves using (from_segment, to_segment)
    order by from_position, to_position
)

select * from listed
