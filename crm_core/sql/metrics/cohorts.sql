-- Grain: month of purchase 1 x months since (0 = the same calendar month), up to the month of the as-of date.
-- Inputs: purchase_mart, order_mart.
-- How many of each month's first-time buyers bought in each later month, and what they brought. A month that has not
-- ended by the as-of date is incomplete: its counts and revenue so far are given, its share and cumulative revenue are NULL.
with buyers as (
    select customer_id, date_trunc('month', purchased_on)::date as cohort
    from purchase_mart
    where purchase_no = 1 and purchased_on <= $as_of and ($channel is null or channel = $channel)
),

sizes as (
    select cohort, count(*) as customers
    from buyers
    group by cohort
),

-- A purchase makes its customer active in the month where the purchase before it was in an earlier month.
events as (
    select
        customer_id,
        purchased_on as happened_on,
        net_amount,
        coalesce(purchased_on - gap_days < date_trunc('month', purchased_on)::date, true) as is_first_of_month
    from purchase_mart
    where purchased_on <= $as_of
    union all
    select customer_id, ordered_on as happened_on, net_amount, false as is_first_of_month
    from order_mart
    where is_adjustment and customer_id is not null and ordered_on <= $as_of
),

-- A return that is dated before purchase 1 (its order is not in the data) lowers the revenue of month 0.
cells as (
    select
        buyers.cohort,
        greatest(0, date_diff('month', buyers.cohort, events.happened_on)) as months_since,
        count(*) filter (where events.is_first_of_month) as active_customers,
        sum(events.net_amount) as revenue
    from events
    inner join buyers on events.customer_id = buyers.customer_id
    group by 1, 2
),

grid as (
    select cohort, customers, unnest(generate_series(0, date_diff('month', cohort, $as_of::date))) as months_since
    from sizes
),

filled as (
    select
        grid.cohort,
        grid.months_since,
        grid.customers,
        coalesce(cells.active_customers, 0) as active_customers,
        coalesce(cells.revenue, 0) as revenue,
        last_day(grid.cohort + to_months(grid.months_since::integer)) <= $as_of as is_complete
    from grid
    left join cells on grid.cohort = cells.cohort and grid.months_since = cells.months_since
),

shared as (
    select
        cohort,
        months_since,
        customers,
        active_customers,
        case when is_complete then active_customers / nullif(customers, 0) end as share,
        revenue,
        case when is_complete then
            sum(revenue) over (partition by cohort order by months_since rows unbounded preceding) / nullif(customers, 0)
        end as cumulative_revenue_per_customer,
        is_complete
    from filled
    order by cohort, months_since
)

select * from shared;
