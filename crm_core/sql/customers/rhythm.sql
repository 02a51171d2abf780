-- Grain: one row. Input: purchase_mart.
-- The plain median of the days between one customer's purchases up to the as-of date, and the shop's.
with gaps as (
    select customer_id = $customer_id as is_own, gap_days
    from purchase_mart
    where gap_days is not null and purchased_on <= $as_of
),

rhythm as (
    select
        (median(gap_days) filter (is_own))::double as own_gap_median,
        (count(*) filter (is_own))::integer as own_gap_count,
        median(gap_days)::double as shop_gap_median
    from gaps
)

select * from rhythm
