-- Grain: staged identity x identifier. Input: staged_people (identity_key, account, email, phone). To count people before a
-- file is loaded.
create or replace temp table identity_links as
with identifiers as (
    select distinct identity_key, unnest(['1' || account, '2' || email, '3' || phone]) as identifier
    from staged_people
    where identity_key is not null
)

select * from identifiers where identifier is not null;
