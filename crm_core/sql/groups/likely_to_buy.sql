-- Grain: customer. Input: customer_histories; $group: at_least, days, and the fitted model r, alpha, a, b.
-- Who buys within so many days with at least that probability.
with judged as (
    select
        customer_id, repeats, observed_days,
        still_active($group, repeats, last_days, observed_days) as active
    from customer_histories(($question).as_of, ($question).channel)
)

select customer_id from judged
where buys_within($group, active, repeats, observed_days, ($group).days) >= ($group).at_least
