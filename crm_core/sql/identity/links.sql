-- Grain: identity x usable identifier. Inputs: identities, identity_scope; $people_limit.
-- An e-mail address or phone that goes with more names than the limit belongs to an office or a helper, not to a person: it
-- links nobody (DESIGN §5).
create or replace temp table identity_links as
with scope as (
    select identities.* from identities semi join identity_scope using (identity_key)
),

shared_emails as (
    select email from identities where email in (select email from scope)
    group by email having count(distinct name) > $people_limit
),

shared_phones as (
    select phone from identities where phone in (select phone from scope)
    group by phone having count(distinct name) > $people_limit
),

-- The first character ranks the identifiers: a member number names a customer before an address does.
links as (
    select identity_key, '1' || regexp_replace(account, '^shop:', '') as identifier from scope where account is not null
    union all
    select identity_key, '2' || email from scope where email is not null and email not in (select email from shared_emails)
    union all
    select identity_key, '3' || phone from scope where phone is not null and phone not in (select phone from shared_phones)
),

unlinked as (
    select identity_key, '4' || concat_ws(' / ', email, phone, name) as identifier from scope
    where identity_key not in (select identity_key from links)
)

select * from links
union all
select * from unlinked;
