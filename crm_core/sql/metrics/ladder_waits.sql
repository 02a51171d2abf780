-- Grain: step (purchase number) x days waited for the next purchase; a wait of more than `longest` days stands at longest + 1,
-- as one that is not over. Inputs: purchase_mart, customer_mart; steps, the last step asked for.
-- How long those who reached a step have waited for the next one as of a date: how many came back after that many days, how
-- many had not come back by then.
with purchases as (
    select
        purchase_no as step,
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days
    from purchase_mart
    where purchased_on <= $as_of
        and purchase_no <= $steps
        and ($channel is null or customer_id in (select customer_id from customer_mart where first_channel = $channel))
),

waits as (
    select
        step,
        least(wait_days, $longest + 1) as wait_days,
        count(*) filter (where is_returned and wait_days <= $longest) as returned,
        count(*) filter (where not is_returned or wait_days > $longest) as censored
    from purchases
    group by 1, 2
    order by 1, 2
)

select * from waits;
