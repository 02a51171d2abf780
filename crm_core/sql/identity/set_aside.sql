-- Grain: identifier that links nobody. Inputs: shared_contacts, decided_identities, refused_links.
-- Shared by different people unless a person knows better, set aside by a person, or kept from joining two people that a person
-- keeps apart.
create or replace temp table set_aside as
with decided as (
    select distinct action, identifier from decided_identities where is_in_force and action in ('set_aside', 'trust')
),

identifiers as (
    select identifier, sign from shared_contacts
    where identifier not in (select identifier from decided where action = 'trust')
    union all
    select identifier, 'decided' as sign from decided where action = 'set_aside'
    union all
    select identifier, 'apart' as sign from refused_links
)

select * from identifiers;
