-- Grain: identity x identifier that links it, of the customers in which two people meet whom a person keeps apart.
-- Inputs: identity_links, identity_labels, decided_identities.
with named as (
    select distinct decision_id, side, label
    from decided_identities
    inner join identity_links
        on decided_identities.identity_key = identity_links.identity_key
        and decided_identities.identifier = identity_links.identifier
    inner join identity_labels on decided_identities.identity_key = identity_labels.identity_key
    where is_in_force and action = 'apart'
),

meeting as (
    select distinct label from named group by decision_id, label having count(*) > 1
),

links as (
    select identifier, identity_key
    from identity_links
    inner join identity_labels using (identity_key)
    where label in (select label from meeting)
    order by identifier, identity_key
)

select * from links
