-- Grain: customer x shop day with a counted order, on or before the as-of date. Inputs: purchase_mart.
-- Every purchase known as of a date.
create or replace macro purchases_as_of(as_of) as table
with purchases as (
    select customer_id, purchase_no, gap_days
    from purchase_mart
    where purchased_on <= as_of
)

select * from purchases;
