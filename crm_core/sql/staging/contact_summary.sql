-- Grain: one row for the file. Inputs: staged_contacts, open_rows. What loading the file would bring, in shop terms.
with facts as (
    select
        count(*) as records,
        count(*) filter (outcome in ('reached', 'refused')) as reached,
        count(*) filter (identity_key is null) as anonymous,
        (select count(*) from open_rows) as open_rows,
        min(contacted_at)::date as first_on,
        max(contacted_at)::date as last_on
    from staged_contacts
)

select * from facts;
