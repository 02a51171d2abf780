-- Grain: week after the split, counted in sevens of days (1, 2, …), up to the as-of date. Inputs: purchase_mart;
-- $split_on, $as_of, $channel. Purchases of the customers whose first purchase was on or before the split.
with weeks as (
    select (purchased_on - $split_on::date - 1) // 7 + 1 as week_no, count(*) as purchases
    from purchase_mart
    where purchased_on > $split_on and purchased_on <= $as_of
        and first_on <= $split_on and first_channel = coalesce($channel, first_channel)
    group by week_no
)

select * from weeks order by week_no
