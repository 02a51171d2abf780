-- Grain: stretch of days of a channel that stands out. Input: order_mart; $fewest_expected, $times.
-- missing: days in a row without an order, on which the same weekdays of the four weeks before and after let one expect at least
-- $fewest_expected orders (by chance, a Poisson count of 7 is 0 once in a thousand times). many_orders, much_revenue: a day with at
-- least $times what the 28 days before and after bring on average; where most days bring no order, $times one usual order. The
-- channel's first and last days are no gaps.
with daily as (
    select channel, ordered_on, count(*) as order_count, sum(net_amount)::double as revenue
    from order_mart
    where is_counted
    group by channel, ordered_on
),

spans as (select channel, min(ordered_on) as first_on, max(ordered_on) as last_on from daily group by channel),

calendar as (
    select channel, unnest(generate_series(first_on, last_on, interval 1 day))::date as day from spans
),

counted as (
    select
        calendar.channel, calendar.day, coalesce(daily.order_count, 0) as order_count, coalesce(daily.revenue, 0) as revenue
    from calendar
    left join daily on calendar.channel = daily.channel and calendar.day = daily.ordered_on
),

compared as (
    select
        *,
        avg(order_count) over same_weekday as expected_orders,
        avg(order_count) over around as usual_orders,
        avg(revenue) over around as usual_revenue,
        count(*) over around as days_around
    from counted
    window
        same_weekday as (
            partition by channel, dayofweek(day) order by day
            rows between 4 preceding and 4 following exclude current row
        ),
        around as (
            partition by channel order by day rows between 28 preceding and 28 following exclude current row
        )
),

numbered as (
    select *, count(*) filter (order_count > 0) over (partition by channel order by day) as stretch_no from compared
),

gaps as (
    select
        'missing' as kind, channel, min(day) as first_on, max(day) as last_on, 0::double as value,
        sum(expected_orders) as usual
    from numbered
    where order_count = 0
    group by channel, stretch_no
    having sum(expected_orders) >= $fewest_expected
),

many as (
    select 'many_orders' as kind, channel, day as first_on, day as last_on, order_count::double as value, usual_orders as usual
    from compared
    where days_around >= 28 and order_count >= $times * greatest(usual_orders, 1)
),

much as (
    select 'much_revenue' as kind, channel, day as first_on, day as last_on, revenue as value, usual_revenue as usual
    from compared
    where days_around >= 28 and usual_revenue > 0 and revenue * least(usual_orders, 1) >= $times * usual_revenue
        and order_count < $times * greatest(usual_orders, 1)
),

found as (
    select * from gaps
    union all
    select * from many
    union all
    select * from much
)

select kind, channel, first_on, last_on, value, usual from found order by first_on desc, channel, kind;
