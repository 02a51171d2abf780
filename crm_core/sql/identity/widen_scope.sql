-- Grain: identity, with the customer it belonged to so far. Inputs: identities, identity_scope, decided_identities.
-- One step further out along shared identifiers. Where people are kept apart, whether an identifier links depends on everyone it
-- leads to, at whatever distance: the steps are taken until there is nobody new.
create or replace temp table identity_scope as
with reached as (
    select identities.* from identities semi join identity_scope using (identity_key)
),

merged as (
    select distinct decision_id from decided_identities semi join reached using (identity_key) where action = 'merge'
),

wider as (
    select identity_key, customer_id from reached
    union
    select identity_key, customer_id from identities where account in (select account from reached where account is not null)
    union
    select identity_key, customer_id from identities where email in (select email from reached where email is not null)
    union
    select identity_key, customer_id from identities where phone in (select phone from reached where phone is not null)
    union
    select identity_key, customer_id from identities
    where customer_id in (select customer_id from reached where customer_id is not null)
    union
    select identity_key, customer_id
    from identities semi join (select identity_key from decided_identities semi join merged using (decision_id)) using (identity_key)
)

select * from wider;
