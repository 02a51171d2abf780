-- Grain: one row. Inputs: {{people}}, a select of customer_id; purchase_mart; $first_on, $last_on.
-- How many people there are, and how many of them bought between two days, both included.
with people as (
    select distinct customer_id from (
{people}
    ) as listed
),

buyers as (
    select distinct customer_id from purchase_mart where purchased_on between $first_on and $last_on
),

counted as (
    select count(*) as people, count(buyers.customer_id) as buyers
    from people
    left join buyers on people.customer_id = buyers.customer_id
)

select * from counted
