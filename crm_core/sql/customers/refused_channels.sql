-- Grain: one of $channels through which a customer wants no more contact. Inputs: contacts_until, standing_refusals.
with told as (
    select * from contacts_until('infinity'::date)
)

select distinct channel from standing_refusals('told', $channels) where customer_id = $customer_id
