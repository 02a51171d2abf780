-- Grain: days waited. Inputs: first_purchases_as_of.
-- How many of all first-time buyers came back so many days after the first purchase, and how many are not back and known no
-- longer.
with waits as (
    select
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from first_purchases_as_of($as_of, null, $as_of, $channel, 'period')
    group by wait_days
    order by wait_days
)

select * from waits;
