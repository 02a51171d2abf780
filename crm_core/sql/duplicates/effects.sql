-- Grain: group of customers that would become one. Input: purchase_mart; $customer_ids and $group_numbers of the same length
-- (a customer may be in several groups), $as_of.
-- What joining a group takes from and adds to the customers with a purchase and to those with two or more. Days on which two of
-- them bought become one purchase.
with members as (
    select unnest($customer_ids::varchar[]) as customer_id, unnest($group_numbers::integer[]) as group_number
),

purchases as (
    select group_number, customer_id, purchased_on
    from members
    inner join purchase_mart using (customer_id)
    where purchased_on <= $as_of
),

apart as (
    select group_number, count(*) as buyers, count(*) filter (days >= 2) as repeat_buyers
    from (select group_number, customer_id, count(*) as days from purchases group by group_number, customer_id)
    group by group_number
),

joined as (
    select group_number, count(distinct purchased_on) as days from purchases group by group_number
),

effects as (
    select
        group_number,
        (1 - buyers)::integer as customers_change,
        ((days >= 2)::integer - repeat_buyers)::integer as repeat_change
    from apart
    inner join joined using (group_number)
)

select * from effects order by group_number
