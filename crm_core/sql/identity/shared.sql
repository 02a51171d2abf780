-- Grain: e-mail address or phone that clearly different people use. Inputs: identities, examined_identities (identity_key);
-- $people_limit. Names are compared as person_name_key makes them.
-- Two signs of different people: more names than the limit, or two accounts of one issuer (two member numbers of one platform)
-- that go with different names. The names beside an account that goes with several are those of receivers, who get what
-- somebody else bought: they are not counted.
create or replace temp table shared_contacts as
with examined as (
    select identities.* from identities semi join examined_identities using (identity_key)
),

carriers as (
    select '2' || email as identifier, account, name from identities
    where name is not null and email in (select email from examined)
    union all
    select '3' || phone as identifier, account, name from identities
    where name is not null and phone in (select phone from examined)
),

several as (
    select identifier from carriers group by identifier having min(name) <> max(name)
),

-- Materialized: the names of all others need not be taken apart.
candidates as materialized (
    select carriers.* from carriers semi join several using (identifier)
),

name_keys as materialized (
    select name, person_name_key(name) as name_key from (select distinct name from candidates)
),

-- A name_key of NULL counts for nobody below; a filter on it here would take the names apart a second time.
named as (
    select identifier, account, name_key from candidates inner join name_keys using (name)
),

accounts as (
    select
        identifier, split_part(account, ':', 1) as issuer, account,
        min(name_key) as name_key, min(name_key) = max(name_key) as has_one_name
    from named
    where account is not null
    group by identifier, account
),

people as (
    select identifier, name_key from named where account is null
    union
    select identifier, name_key from accounts where has_one_name
),

crowded as (
    select identifier, count(name_key) as names from people group by identifier
),

rivals as (
    select distinct ours.identifier
    from (select distinct identifier, issuer, name_key from accounts where has_one_name) ours
    inner join (select distinct identifier, issuer, name_key from accounts where has_one_name) theirs
        on ours.identifier = theirs.identifier
        and ours.issuer = theirs.issuer
        and ours.name_key < theirs.name_key
        and not is_part_of_name(ours.name_key, theirs.name_key)
    where ours.identifier in (select identifier from crowded where names <= $people_limit)
)

select identifier, names, case when names > $people_limit then 'names' else 'accounts' end as sign
from crowded
where names > $people_limit or identifier in (select identifier from rivals);
