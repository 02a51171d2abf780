-- Grain: identity. Inputs: identities, touched_identities.
-- Everyone whose customer may change: the touched ones, all who share an identifier with them, and the whole of the customers
-- that these belonged to so far. No other identity can be linked to one of them.
create or replace temp table identity_scope as
with touched as (
    select identities.* from identities semi join touched_identities using (identity_key)
),

neighbours as (
    select identity_key, customer_id from touched
    union
    select identity_key, customer_id from identities where account in (select account from touched where account is not null)
    union
    select identity_key, customer_id from identities where email in (select email from touched where email is not null)
    union
    select identity_key, customer_id from identities where phone in (select phone from touched where phone is not null)
),

whole_customers as (
    select identity_key, customer_id from identities
    where customer_id <> '' and customer_id in (select customer_id from neighbours)
    union
    select identity_key, customer_id from neighbours
)

select * from whole_customers;
