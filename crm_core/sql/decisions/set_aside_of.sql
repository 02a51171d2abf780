-- Grain: e-mail address or phone of one customer that links nobody, with the sign of it. Inputs: shared_contacts,
-- identity_decisions, decision_identifiers, identities; $customer_id.
with decided as (
    select
        action, (case kind when 'email' then '2' else '3' end) || identifier as identifier
    from identity_decisions
    inner join decision_identifiers using (decision_id)
    where undone_at is null and action in ('set_aside', 'trust') and kind in ('email', 'phone')
),

own as (
    select '2' || email as identifier from identities where customer_id = $customer_id and email is not null
    union
    select '3' || phone from identities where customer_id = $customer_id and phone is not null
),

found as (
    select identifier, 'decided' as sign from own where identifier in (select identifier from decided where action = 'set_aside')
    union all
    select identifier, sign from shared_contacts
    where identifier in (select identifier from own) and identifier not in (select identifier from decided)
)

select identifier, sign from found order by identifier
