-- Grain: month or week of purchase 1 x months or weeks since (0 = the same one), up to that of the as-of date.
-- Inputs: purchase_mart, order_mart; grain as bucket_start knows it (month | week | sunday_week); since_on, the first day of
-- the earliest cohort, NULL for all.
-- How many of each month's first-time buyers bought in each later month, and what they brought. A month that has not
-- ended by the as-of date is incomplete: its counts and revenue so far are given, its share and cumulative revenue are NULL.
with buyers as (
    select customer_id, bucket_start(purchased_on, $grain) as cohort
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of and ($channel is null or channel = $channel)
        and ($since_on is null or purchased_on >= $since_on)
),

sizes as (
    select cohort, count(*) as customers
    from buyers
    group by cohort
),

-- A purchase makes its customer active in the month where the purchase before it was in an earlier month. What happened
-- before the earliest cohort is of no customer here, but for a return (see below).
events as (
    select
        customer_id,
        bucket_start(purchased_on, $grain) as bucket,
        net_amount,
        coalesce(purchased_on - gap_days < bucket_start(purchased_on, $grain), true) as is_first_of_bucket
    from purchase_mart
    where purchased_on <= $as_of and ($since_on is null or purchased_on >= $since_on)
    union all
    select customer_id, bucket_start(ordered_on, $grain) as bucket, net_amount, false as is_first_of_bucket
    from order_mart
    where is_adjustment and customer_id is not null and ordered_on <= $as_of
),

-- A return that is dated before purchase 1 (its order is not in the data) lowers the revenue of month 0.
cells as (
    select
        buyers.cohort,
        greatest(events.bucket, buyers.cohort) as bucket,
        count(*) filter (where events.is_first_of_bucket) as active_customers,
        sum(events.net_amount) as revenue
    from events
    inner join buyers on events.customer_id = buyers.customer_id
    group by 1, 2
),

buckets as (
    select
        cohort,
        customers,
        unnest(generate_series(cohort, $as_of::date, case when $grain = 'month' then to_months(1) else to_days(7) end))::date
            as bucket
    from sizes
),

grid as (
    select
        cohort,
        customers,
        bucket,
        case when $grain = 'month' then date_diff('month', cohort, bucket) else (bucket - cohort) // 7 end as buckets_since,
        (case when $grain = 'month' then last_day(bucket) else bucket + 6 end) <= $as_of as is_complete
    from buckets
),

filled as (
    select
        grid.cohort,
        grid.buckets_since,
        grid.customers,
        coalesce(cells.active_customers, 0) as active_customers,
        coalesce(cells.revenue, 0) as revenue,
        grid.is_complete
    from grid
    left join cells on grid.cohort = cells.cohort and grid.bucket = cells.bucket
),

shared as (
    select
        cohort,
        buckets_since,
        customers,
        active_customers,
        case when is_complete then active_customers / nullif(customers, 0) end as share,
        revenue,
        case when is_complete then
            sum(revenue) over (partition by cohort order by buckets_since rows unbounded preceding) / nullif(customers, 0)
        end as cumulative_revenue_per_customer,
        is_complete
    from filled
    order by cohort, buckets_since
)

select * from shared;
