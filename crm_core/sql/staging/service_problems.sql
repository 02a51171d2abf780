-- Grain: problem of a row. Input: source_rows. A row that tells neither who, when, what nor which order is no record; a cell
-- that cannot be read is kept as a warning.
create or replace temp table row_problems as
with empty_rows as (
    select row_number, 'no_content' as rule, null::varchar as field, 'rejected' as severity
    from source_rows
    where coalesce(customer_id, email, phone, case_id, order_id, trim(topic), trim(note), opened_at::varchar) is null
),

unread as (
    select row_number, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field, 'warning' as severity
    from (select row_number, unnest(flaws) as flaw from source_rows where len(flaws) > 0)
)

select * from empty_rows
union all by name
select * from unread;
