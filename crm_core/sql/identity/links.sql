-- Grain: identity x identifier that links it. Inputs: identities, identity_scope, set_aside, decided_identities.
-- The first character ranks the identifiers: a member number names a customer before an address does. Who has nothing left that
-- links is known by the set-aside address together with the name (4 names the customer, 8 joins its spellings); without a name
-- (5) nobody is known there, as with an anonymous order. A merge by hand (9) joins and never names.
create or replace temp table identity_links as
with scope as (
    select identities.* from identities semi join identity_scope using (identity_key)
),

links as (
    select identity_key, identifier
    from (
        select identity_key, '1' || regexp_replace(account, '^shop:', '') as identifier from scope where account is not null
        union all
        select identity_key, '2' || email as identifier from scope where email is not null
        union all
        select identity_key, '3' || phone as identifier from scope where phone is not null
    )
    where identifier not in (select identifier from set_aside)
),

unlinked as (
    select *, concat_ws(' / ', email, phone) as contact, person_name_key(name) as name_key
    from scope where identity_key not in (select identity_key from links)
),

linking as (
    select * from links
    union all
    -- Not a branch for each case: every filter of a branch would take the names apart again.
    select identity_key, unnest(case
        when name_key is null then ['5']
        else ['4' || concat_ws(' / ', email, phone, name), '8' || contact || ' / ' || name_key]
    end)
    from unlinked
),

merges as (
    select distinct decided_identities.identity_key, '9' || lpad(decision_id::varchar, 9, '0') as identifier
    from decided_identities
    semi join linking
        on decided_identities.identity_key = linking.identity_key and decided_identities.identifier = linking.identifier
    where is_in_force and action = 'merge'
)

select * from linking
union all
select * from merges where identifier not in (select identifier from set_aside);
