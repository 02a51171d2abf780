-- Grain: identifier of one customer. Inputs: identities, set_aside contacts as $set_aside; $customer_id.
-- Everything that names the customer and nobody else: what is set aside names a customer only together with the person's name.
with own as (
    select * from identities where customer_id = $customer_id
),

identifiers as (
    select 'account' as kind, account as identifier from own where account is not null
    union
    select 'email', email from own where email is not null and not list_contains($set_aside, '2' || email)
    union
    select 'phone', phone from own where phone is not null and not list_contains($set_aside, '3' || phone)
    union
    select 'person', concat_ws(' / ', email, phone, name) from own
    where account is null
        and (email is null or list_contains($set_aside, '2' || email))
        and (phone is null or list_contains($set_aside, '3' || phone))
)

select kind, identifier from identifiers order by kind, identifier
