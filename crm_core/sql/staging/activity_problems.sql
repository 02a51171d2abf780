-- Grain: problem of a row. Inputs: source_rows, activity_actions (row_number, actions: what each row tells was done).
-- A row that tells neither who, when nor what is no interaction; a cell that cannot be read is kept as a warning.
create or replace temp table row_problems as
with empty_rows as (
    select row_number, 'no_content' as rule, null::varchar as field, 'rejected' as severity
    from source_rows
    where coalesce(customer_id, email, phone, trim(action), trim(subject), acted_at::varchar) is null
        and row_number not in (
            select row_number from activity_actions
            where list_sum(list_transform(actions, lambda entry: entry.action_count)) > 0
        )
),

unread as (
    select row_number, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field, 'warning' as severity
    from (select row_number, unnest(flaws) as flaw from source_rows where len(flaws) > 0)
)

select * from empty_rows
union all by name
select * from unread;
