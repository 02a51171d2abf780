-- Grain: problem of a row. Input: source_rows. A record without any identifier belongs to nobody.
create or replace temp table row_problems as
with nobody as (
    select row_number, 'no_identifier' as rule, 'customer_id' as field, 'rejected' as severity
    from source_rows
    where coalesce(customer_id, email, phone) is null
),

unread as (
    select row_number, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field, 'warning' as severity
    from (select row_number, unnest(flaws) as flaw from source_rows where len(flaws) > 0)
)

select * from nobody
union all by name
select * from unread;
