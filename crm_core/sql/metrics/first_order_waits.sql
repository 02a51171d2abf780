-- Grain: dimension of the first order x group of it x days waited. Inputs: first_purchases_grouped.
-- How many of each group came back so many days after their first purchase, and how many are not back and known no longer.
-- $dimension NULL: every dimension; of the groups whose keys are in $groups.
with waits as (
    select
        dimension,
        group_key,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from first_purchases_grouped($as_of, $channel, $dimension)
    where list_contains($groups, group_key)
    group by dimension, group_key, wait_days
    order by dimension, group_key, wait_days
)

select * from waits;
