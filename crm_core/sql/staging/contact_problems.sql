-- Grain: problem of a row. Inputs: source_rows, open_rows; $outcomes.
-- A row of a sheet that nobody has filled in yet is no contact and no mistake; it is counted apart and left out. A row that tells
-- neither who, when nor what came of it is no record. An outcome in unknown words is kept, and counts for nothing.
create or replace temp table row_problems as
with empty_rows as (
    select row_number, 'no_content' as rule, null::varchar as field, 'rejected' as severity
    from source_rows
    where row_number not in (select row_number from open_rows)
        and coalesce(
            customer_ref, customer_id, email, phone, outcome, trim(reason), trim(note), contacted_at::varchar
        ) is null
),

unknown_words as (
    select row_number, 'unknown_outcome' as rule, 'outcome' as field, 'warning' as severity
    from source_rows
    where outcome is not null and not list_contains($outcomes::varchar[], outcome)
),

undated as (
    select row_number, 'no_contact_day' as rule, null::varchar as field, 'warning' as severity
    from source_rows
    where contacted_at is null and row_number not in (select row_number from open_rows)
        and row_number not in (select row_number from empty_rows)
),

unread as (
    select row_number, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field, 'warning' as severity
    from (select row_number, unnest(flaws) as flaw from source_rows where len(flaws) > 0)
)

select * from empty_rows
union all by name
select * from unknown_words
union all by name
select * from undated
union all by name
select * from unread;
