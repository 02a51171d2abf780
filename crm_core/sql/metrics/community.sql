-- Grain: channel of the activity file, and one row in all (channel NULL, is_total). Inputs: activity_mart, customer_mart,
-- logged_messages.
-- How many of the known customers did something in the period (posts, comments, clicks, openings …; what the shop sends and
-- leaving are none), and how many of the logged messages were opened and clicked. Without an activity file nothing is known.
with interactions as (
    select customer_id, channel, action_count
    from activity_mart
    where action not in ('send', 'unsubscribe')
        and (acted_on between $start_on and $end_on or (acted_on is null and $with_undated))
        and ($channel is null or channel = $channel)
),

messages as (
    select channel, is_opened, is_clicked
    from logged_messages($start_on, $end_on, $as_of, $channel, $with_undated)
),

known as (
    select count(*) as customers
    from customer_mart
    where (select count(*) from activity_mart) > 0
        and coalesce(least(first_on, joined_on) <= $end_on, true)
),

active as (
    select
        channel,
        grouping(channel) = 1 as is_total,
        count(distinct customer_id) as engaged_customers,
        sum(action_count)::bigint as interactions
    from interactions
    group by grouping sets ((channel), ())
),

read as (
    select
        channel,
        grouping(channel) = 1 as is_total,
        count(*) as messages,
        count(*) filter (where is_opened) as opened,
        count(*) filter (where is_clicked) as clicked
    from messages
    group by grouping sets ((channel), ())
),

joined as (
    select
        coalesce(active.channel, read.channel) as channel,
        coalesce(active.is_total, read.is_total) as is_total,
        customers,
        coalesce(engaged_customers, 0) as engaged_customers,
        coalesce(interactions, 0) as interactions,
        coalesce(messages, 0) as messages,
        coalesce(opened, 0) as opened,
        coalesce(clicked, 0) as clicked
    from active
    full join read on active.is_total = read.is_total and active.channel is not distinct from read.channel
    cross join known
    where customers > 0
    order by is_total desc, engaged_customers desc, channel
)

select * from joined
