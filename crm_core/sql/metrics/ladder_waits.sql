-- Grain: step (purchase number) that a customer has reached x days waited for the next purchase; a wait of more than `longest`
-- days stands at longest + 1, as one that is not over. Inputs: purchase_mart; steps, the last step asked for.
-- How long those who reached a step have waited for the next one as of a date: how many came back after that many days, how
-- many had not by then; and of the whole step who reached it and went on, the plain median of the days in between, and what
-- an order was worth.
with purchases as (
    select
        purchase_no as step,
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days,
        order_count,
        net_amount
    from purchase_mart
    where purchased_on <= $as_of
        and purchase_no <= $steps
        and ($channel is null or first_channel = $channel)
),

-- Few rows: everything after this reads them instead of the purchases.
counted as materialized (
    select
        step,
        is_returned,
        wait_days,
        count(*) as purchase_count,
        sum(order_count) as orders,
        sum(net_amount) as revenue
    from purchases
    group by 1, 2, 3
),

steps as (
    select
        step,
        sum(purchase_count) as customers,
        coalesce(sum(purchase_count) filter (where is_returned), 0) as went_on,
        sum(revenue) / nullif(sum(orders), 0) as average_order_value
    from counted
    group by step
),

-- The median is the mean of the two middle waits, which for an odd number are the same one.
gaps as (
    select
        step,
        wait_days,
        sum(purchase_count) over (partition by step order by wait_days rows unbounded preceding) as upto,
        sum(purchase_count) over (partition by step) as gap_count
    from counted
    where is_returned
),

medians as (
    select
        step,
        (
            min(wait_days) filter (where 2 * upto >= gap_count) + min(wait_days) filter (where 2 * upto > gap_count)
        ) / 2 as observed_gap_median
    from gaps
    group by step
),

waits as (
    select
        step,
        least(wait_days, $longest + 1) as wait_days,
        coalesce(sum(purchase_count) filter (where is_returned and wait_days <= $longest), 0) as returned,
        coalesce(sum(purchase_count) filter (where not is_returned or wait_days > $longest), 0) as censored
    from counted
    group by 1, 2
),

described as (
    select
        step,
        waits.wait_days,
        waits.returned::bigint as returned,
        waits.censored::bigint as censored,
        steps.customers::bigint as customers,
        steps.went_on::bigint as went_on,
        medians.observed_gap_median,
        steps.average_order_value::double as average_order_value
    from waits
    inner join steps using (step)
    left join medians using (step)
    order by step, waits.wait_days
)

select * from described;
