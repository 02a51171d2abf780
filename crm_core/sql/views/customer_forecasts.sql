-- What the forecast knows of each customer (METRICS §7; crm_core.analysis.bg_nbd tells the model).

-- Grain: customer with a purchase up to the as-of date; with a channel, those whose first purchase was in it.
-- Input: purchase_mart. Repeat purchases (x), days from the first purchase to the last of them (t_x) and
-- to the as-of date (T), what all purchases brought and what those after the first brought.
create or replace macro customer_histories(as_of, channel) as table
with last_purchases as (
    select customer_id, purchased_on, purchase_no, net_so_far, first_on, first_amount
    from purchase_mart
    where purchased_on <= as_of and coalesce(next_on > as_of, true) and first_channel = coalesce(channel, first_channel)
),

histories as (
    select
        customer_id,
        purchase_no - 1 as repeats,
        (purchased_on - first_on)::integer as last_days,
        (as_of::date - first_on)::integer as observed_days,
        net_so_far as spent,
        net_so_far - first_amount as spent_again
    from last_purchases
)

select * from histories;

-- P(still a customer) under a fitted model `m`, a struct of r, alpha, a, b (days); 1 by the model without a repeat purchase.
create or replace macro still_active(m, repeats, last_days, observed_days) as
    case
        when repeats = 0 then 1.0
        else 1 / (1 + (m).a / ((m).b + repeats - 1)
            * exp(((m).r + repeats) * ln(((m).alpha + observed_days) / ((m).alpha + last_days))))
    end;

-- P(at least one purchase within `ahead` days) of a customer still active with probability `active`.
create or replace macro buys_within(m, active, repeats, observed_days, ahead) as
    active * (1 - exp(-((m).r + repeats) * ln(1 + ahead / ((m).alpha + observed_days))));

-- How likely somebody still is a customer, in words; of a single purchase nobody can tell.
create or replace macro activity_band(repeats, active) as
    case
        when repeats = 0 then 'once'
        when active < 0.2 then 'lost'
        when active < 0.5 then 'fading'
        when active < 0.8 then 'likely'
        else 'active'
    end;

-- Grain and input: the relation named `histories`, with columns as customer_histories. `m` is a fitted model as for
-- still_active, with p, q, gamma of the value of a purchase (all NULL where that could not be fitted).
-- What the model says of each history.
create or replace macro forecasts_of(histories, m) as table
with judged as (
    select *, still_active(m, repeats, last_days, observed_days) as active from query_table(histories)
),

forecasts as (
    select
        *,
        activity_band(repeats, active) as band,
        buys_within(m, active, repeats, observed_days, 90) as buys_90,
        (m).p * ((m).gamma + spent_again::double) / nullif((m).p * repeats + (m).q - 1, 0) as purchase_value
    from judged
)

select * from forecasts;

-- Grain: as customer_histories. Inputs: customer_histories, forecasts_of; `q` is the question of customer_rfm.sql.
create or replace macro customer_forecasts(q, m) as table
with histories as (
    select * from customer_histories((q).as_of, (q).channel)
)

select * from forecasts_of('histories', m);

-- Grain and input: the relation named `histories`, as for forecasts_of; `expected` names one of repeats x observed_days with
-- the purchases expected of somebody still active, within_90 and within_365.
-- What the model says of each history, and how many purchases it expects.
create or replace macro expectations_of(histories, expected, m) as table
with expectations as (
    select forecasts.*, active * within_90 as purchases_90, active * within_365 as purchases_365
    from forecasts_of(histories, m) as forecasts
    inner join query_table(expected) as expected_within using (repeats, observed_days)
)

select * from expectations;
