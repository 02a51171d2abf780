-- Grain: ready-made list that has a member. Input: list_memberships.
-- How many customers are on each list, and what they have spent.
with members as (
    select unnest(list_keys) as list_key, revenue from list_memberships($question, $limits)
),

sizes as (
    select list_key, count(*) as customers, sum(revenue) as revenue
    from members
    where list_key is not null
    group by list_key
)

select * from sizes
