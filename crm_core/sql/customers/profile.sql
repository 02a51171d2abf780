-- Grain: value of one kind, with NULL for the customers of whom it is not known. Inputs: buyers_as_of, profile_values.
-- How many buyers have each value, what they spent, and how many of them bought again. A customer with several tags is in several
-- rows; the shares are of all buyers. The most frequent values only ($limit), and always the unknown.
with buyers as (
    select customer_id, purchase_count, revenue from buyers_as_of($as_of, $channel)
),

shop as (
    select count(*) as customers, sum(revenue) as revenue from buyers
),

valued as (
    select profile_value, purchase_count, revenue
    from buyers
    left join profile_values($as_of, $by_key) as told on buyers.customer_id = told.customer_id
),

counted as (
    select
        profile_value,
        count(*) as customers,
        count(*) filter (where purchase_count >= 2) as repeat_customers,
        sum(revenue) as revenue
    from valued
    group by profile_value
),

frequent as (
    select *
    from counted
    qualify profile_value is null
        or row_number() over (order by (profile_value is null), customers desc, profile_value) <= $limit
),

listed as (
    select
        profile_value as "group",
        frequent.customers,
        (frequent.customers / nullif(shop.customers, 0))::double as share,
        coalesce(frequent.revenue, 0)::double as revenue,
        (frequent.revenue / nullif(shop.revenue, 0))::double as revenue_share,
        repeat_customers,
        (repeat_customers / nullif(frequent.customers, 0))::double as repurchase_rate
    from frequent
    cross join shop
    order by
        (profile_value is null),
        case
            when $by_key = 'joined' then profile_value
            when $by_key = 'age_band' then replace(replace(profile_value, 'under_20', '0'), 'over_60', '9')
        end,
        frequent.customers desc,
        profile_value
)

select * from listed
