-- Grain: one of $channels through which a customer wants no more contact. Inputs: contacts_until, standing_refusals.
with known_contacts as (
    select * from contacts_until('infinity'::date)
)

select distinct channel from standing_refusals('known_contacts', $channels) where customer_id = $customer_id
