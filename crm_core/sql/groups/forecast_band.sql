-- Grain: customer. Input: customer_histories; $group: band, and the fitted model r, alpha, a, b.
-- Who still is a customer with a probability of that band, or has bought once only.
with judged as (
    select customer_id, repeats, still_active($group, repeats, last_days, observed_days) as active
    from customer_histories(($question).as_of, ($question).channel)
)

select customer_id from judged where activity_band(repeats, active) = ($group).band
