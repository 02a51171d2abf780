-- Grain: chosen group of a dimension x days waited. Inputs: first_purchases_grouped.
-- The waits of the chosen groups ($groups) without the customers who are in more than one of them, as the log-rank test
-- needs them; these are counted under the group NULL.
with members as (
    select customer_no, group_key, is_returned, wait_days
    from first_purchases_grouped($as_of, $channel, $dimension)
    where list_contains($groups, group_key)
),

customers as (
    select
        customer_no,
        case when count(*) = 1 then any_value(group_key) end as group_key,
        any_value(is_returned) as is_returned,
        any_value(wait_days) as wait_days
    from members
    group by customer_no
),

waits as (
    select
        group_key,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from customers
    group by group_key, wait_days
    order by group_key, wait_days
)

select * from waits;
