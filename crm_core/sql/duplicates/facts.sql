-- Inputs: identities, customer_mart, decided_identities, shared_contacts. What the comparison of customers stands on:
-- name_forms (name × what it is compared by), known_names, known_emails, known_phones, known_accounts (customer × value),
-- aside_contacts (customer × name × address that links nobody) and apart_pairs (left_id < right_id: decided to be different people).
create or replace temp table name_forms as
with names as (
    select name from identities where name is not null
    union
    select name from customer_mart where name is not null
)

select
    name, person_name_key(name) as name_key, is_masked_name(name) as is_masked,
    regexp_replace(regexp_replace(folded_name(name), '\s', '', 'g'), '[*○◯●〇xo]+', '%', 'g') as pattern,
    replace(folded_name(name), ' ', '') as compact
from names;

create or replace temp table known_names as
with named as (
    select customer_id, name from identities where customer_id is not null and name is not null
    union
    select customer_id, name from customer_mart where name is not null
)

select distinct customer_id, name_key from named inner join name_forms using (name) where name_key is not null;

create or replace temp table known_emails as
select distinct customer_id, email, split_part(email, '@', 1) as local_part, split_part(email, '@', 2) as domain
from identities where customer_id is not null and email is not null;

create or replace temp table known_phones as
select distinct customer_id, phone from identities where customer_id is not null and phone is not null;

create or replace temp table known_accounts as
select distinct customer_id, lower(substr(account, strpos(account, ':') + 1)) as account_name
from identities where customer_id is not null and account is not null;

create or replace temp table aside_contacts as
with aside as (
    select identifier from shared_contacts
    union
    select identifier from decided_identities where is_in_force and action = 'set_aside'
),

carried as (
    select customer_id, name, '2' || email as identifier from identities where email is not null
    union
    select customer_id, name, '3' || phone from identities where phone is not null
)

select distinct customer_id, name_key, identifier
from carried
semi join aside using (identifier)
inner join name_forms using (name)
where customer_id is not null and name_key is not null;

create or replace temp table apart_pairs as
with sides as (
    select distinct decision_id, side, customer_id
    from decided_identities
    inner join identities using (identity_key)
    where is_in_force and action = 'apart' and customer_id is not null
)

select distinct
    least(ours.customer_id, theirs.customer_id) as left_id, greatest(ours.customer_id, theirs.customer_id) as right_id
from sides ours
inner join sides theirs on ours.decision_id = theirs.decision_id and ours.side < theirs.side;
