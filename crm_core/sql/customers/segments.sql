-- Grain: segment, all eight in their fixed order, also those without a customer. Input: rfm_scores.
-- How many customers and how much revenue each segment holds, and what its customers are like on average.
with segment_keys as (
    select unnest($segments) as segment, generate_subscripts($segments, 1) as position
),

counted as (
    select
        segment,
        count(*) as customers,
        sum(revenue) as revenue,
        avg(recency_days) as average_recency_days,
        avg(frequency) as average_frequency,
        avg(monetary) as average_monetary
    from rfm_scores($question)
    group by segment
),

listed as (
    select
        segment,
        coalesce(customers, 0) as customers,
        (coalesce(customers, 0) / nullif(sum(customers) over (), 0))::double as share,
        coalesce(revenue, 0)::double as revenue,
        (coalesce(revenue, 0) / nullif(sum(revenue) over (), 0))::double as revenue_share,
        average_recency_days, average_frequency,
        average_monetary::double as average_monetary
    from segment_keys
    left join counted using (segment)
    order by position
)

select * from listed
