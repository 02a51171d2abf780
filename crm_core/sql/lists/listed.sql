-- Grain: one row. Input: {{people}}, a select of customer_id.
-- How many customers are on a list.
select count(distinct customer_id) as customers from (
{people}
) as listed
