-- Grain: week after the split, counted in sevens of days (1, 2, …), up to the as-of date. Inputs: purchase_mart;
-- $split_on, $as_of, $channel. Purchases of the customers whose first purchase was on or before the split.
with known as (
    select customer_id
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $split_on and channel = coalesce($channel, channel)
),

weeks as (
    select (purchased_on - $split_on::date - 1) // 7 + 1 as week_no, count(*) as purchases
    from purchase_mart
    where purchased_on > $split_on and purchased_on <= $as_of and customer_id in (select customer_id from known)
    group by week_no
)

select * from weeks order by week_no
