-- Grain: customer who may be contacted. Inputs: {{people}}, a select of customer_id; contact_barriers.
select distinct customer_id from (
{people}
) as asked
where customer_id not in (select customer_id from contact_barriers($rules))
