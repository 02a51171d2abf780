-- Grain: customer whose records changed hands or content. Inputs: identity_scope, identity_labels,
-- touched_identities, admitted_identities.
-- Also leaves new_owners (identity_key, customer_id), and renamed_identities: who was nobody and is somebody now, or the other
-- way round, so that their records are looked up again.
create or replace temp table new_owners as
select
    identity_scope.identity_key,
    identity_scope.customer_id as former_id,
    nullif(substr(label, 2), '') as customer_id
from identity_scope
left join identity_labels using (identity_key);

create or replace temp table renamed_identities as
select identity_key
from new_owners
anti join admitted_identities using (identity_key)
where (former_id is null) <> (customer_id is null);

create or replace temp table touched_customers as
with changed as (
    select former_id, customer_id
    from new_owners
    where former_id is distinct from customer_id or identity_key in (select identity_key from touched_identities)
)

select former_id as customer_id from changed where former_id is not null
union
select customer_id from changed where customer_id is not null;
