-- Grain: identity x decision x identifier of it that the identity carries. Inputs: identities, identity_decisions,
-- decision_identifiers. Whom every decision, in force or undone, is about.
create or replace temp table decided_identities as
with named as (
    select decision_id, action, undone_at is null as is_in_force, side, kind, identifier
    from identity_decisions
    inner join decision_identifiers using (decision_id)
),

carried as (
    select identity_key, named.* from identities inner join named on kind = 'account' and account = named.identifier
    union all
    select identity_key, named.* from identities inner join named on kind = 'email' and email = named.identifier
    union all
    select identity_key, named.* from identities inner join named on kind = 'phone' and phone = named.identifier
    union all
    select identity_key, named.* from identities
    inner join named on kind = 'person' and concat_ws(' / ', email, phone, name) = named.identifier
)

select
    identity_key, decision_id, action, is_in_force, side,
    case kind
        when 'account' then '1' || regexp_replace(identifier, '^shop:', '')
        when 'email' then '2' || identifier
        when 'phone' then '3' || identifier
        else '4' || identifier
    end as identifier
from carried;
