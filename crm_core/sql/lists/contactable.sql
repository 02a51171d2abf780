-- Grain: customer who may be contacted. Inputs: {{people}}, a select of customer_id; contact_barriers, address_repeaters.
with asked as (
    select distinct customer_id from (
{people}
    ) as listed
    where customer_id not in (select customer_id from contact_barriers($rules))
)

select customer_id from asked where customer_id not in (select customer_id from address_repeaters('asked', $rules))
