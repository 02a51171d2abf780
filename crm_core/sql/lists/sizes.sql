-- Grain: ready-made list of those that list_facts tells of. Input: list_facts.
-- How many customers are on each list, and what they have spent.
with summed as (
    select
        segment,
        count(*) as customers,
        sum(revenue) as revenue,
        count(*) filter (where second_purchase_due) as second_purchase_due,
        sum(revenue) filter (where second_purchase_due) as second_purchase_due_revenue,
        count(*) filter (where one_time_30_60) as one_time_30_60,
        sum(revenue) filter (where one_time_30_60) as one_time_30_60_revenue,
        count(*) filter (where silent_best) as silent_best,
        sum(revenue) filter (where silent_best) as silent_best_revenue,
        count(*) filter (where detractors_to_call) as detractors_to_call,
        sum(revenue) filter (where detractors_to_call) as detractors_to_call_revenue,
        count(*) filter (where promoters_to_thank) as promoters_to_thank,
        sum(revenue) filter (where promoters_to_thank) as promoters_to_thank_revenue,
        count(*) filter (where top_spenders) as top_spenders,
        sum(revenue) filter (where top_spenders) as top_spenders_revenue
    from list_facts($question, $limits)
    group by segment
),

told as (
    select unnest([
        {'list_key': 'segment_' || segment, 'customers': customers, 'revenue': revenue},
        {'list_key': 'second_purchase_due', 'customers': second_purchase_due, 'revenue': second_purchase_due_revenue},
        {'list_key': 'one_time_30_60', 'customers': one_time_30_60, 'revenue': one_time_30_60_revenue},
        {'list_key': 'silent_best', 'customers': silent_best, 'revenue': silent_best_revenue},
        {'list_key': 'detractors_to_call', 'customers': detractors_to_call, 'revenue': detractors_to_call_revenue},
        {'list_key': 'promoters_to_thank', 'customers': promoters_to_thank, 'revenue': promoters_to_thank_revenue},
        {'list_key': 'top_spenders', 'customers': top_spenders, 'revenue': top_spenders_revenue}
    ]) as size
    from summed
),

sizes as (
    select
        (size).list_key as list_key, sum((size).customers)::bigint as customers, coalesce(sum((size).revenue), 0) as revenue
    from told
    where (size).list_key is not null
    group by list_key
)

select * from sizes
