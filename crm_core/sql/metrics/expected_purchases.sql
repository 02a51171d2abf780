-- Grain: repeat purchases x days observed. Inputs: the lists $repeats, $observed, $within_90, $within_365.
-- Purchases expected of somebody still active within 90 and 365 days, kept on this cursor for the models that sum them up.
create or replace temp table expected_purchases as
with expected as (
    select
        unnest($repeats::integer[]) as repeats, unnest($observed::integer[]) as observed_days,
        unnest($within_90::double[]) as within_90, unnest($within_365::double[]) as within_365
)

select * from expected
