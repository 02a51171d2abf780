-- Grain: dimension of the first order x group of it x days waited. Inputs: first_purchases_grouped.
-- How many of each group came back so many days after their first purchase, and how many are not back and known no longer.
-- $dimension NULL: every dimension; of each the $most largest groups.
with waits as (
    select
        dimension,
        group_key,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from first_purchases_grouped($as_of, $channel, $dimension)
    group by dimension, group_key, wait_days
),

places as (
    select
        dimension,
        group_key,
        row_number() over (partition by dimension order by sum(returned + censored) desc, group_key) as place
    from waits
    group by dimension, group_key
),

told as (
    select waits.*
    from waits
    inner join places on waits.dimension = places.dimension and waits.group_key = places.group_key
    where places.place <= $most
    order by waits.dimension, places.place, waits.wait_days
)

select * from told;
