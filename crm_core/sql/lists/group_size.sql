-- Grain: one row. Input: rfm_values. {{people}} is the model of the group's kind.
-- How many customers are in a group, and what they have spent.
with people as (
    select distinct customer_id from (
{people}
    ) as found
    where customer_id is not null
),

size as (
    select count(*) as customers, coalesce(sum(revenue), 0) as revenue
    from people
    left join rfm_values($question) as spent on spent.customer_id = people.customer_id
)

select * from size
