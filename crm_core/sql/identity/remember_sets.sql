-- Grain: distinct set of identifiers in the staged records. Input: staged_people (identity_key, account, email, phone, name).
-- Sets are kept for ever: an undone import may bring them back.
insert into identity_sets
with staged_sets as (
    select distinct on (identity_key) identity_key, account, email, phone, name from staged_people
    where identity_key is not null
),

new_sets as (
    select * from staged_sets where identity_key not in (select identity_key from identity_sets)
)

select * from new_sets;
