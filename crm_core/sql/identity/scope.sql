-- Grain: identity, with the customer it belonged to so far. Inputs: identities, touched_identities, decided_identities.
-- Everyone whose customer may change: the touched ones, all who share an identifier with them or are merged with those by hand,
-- and the whole of the customers that these belonged to so far. No other identity can be linked to one of them, unless two
-- people are kept apart: then see the model widen_scope.
create or replace temp table identity_scope as
with touched as (
    select identities.* from identities semi join touched_identities using (identity_key)
),

sharing as (
    select identity_key, customer_id from touched
    union
    select identity_key, customer_id from identities where account in (select account from touched where account is not null)
    union
    select identity_key, customer_id from identities where email in (select email from touched where email is not null)
    union
    select identity_key, customer_id from identities where phone in (select phone from touched where phone is not null)
),

merged as (
    select distinct decision_id from decided_identities semi join sharing using (identity_key) where action = 'merge'
),

neighbours as (
    select * from sharing
    union
    select identity_key, customer_id
    from identities semi join (select identity_key from decided_identities semi join merged using (decision_id)) using (identity_key)
),

whole_customers as (
    select identity_key, customer_id from identities
    where customer_id in (select customer_id from neighbours where customer_id is not null)
    union
    select identity_key, customer_id from neighbours
)

select * from whole_customers;
