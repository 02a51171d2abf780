-- Inputs: problems, rejected_rows (by line), file_rows. What was found in the lines of a row, told once of the row.
create or replace temp table problems as
with translated as (
    select distinct file_rows.file_row as row_number, problems.* exclude (row_number)
    from problems
    inner join file_rows on problems.row_number = file_rows.row_number
),

kept as (
    select * from translated
    where rule <> 'order_incomplete'
        or row_number not in (select row_number from translated where severity = 'rejected' and rule <> 'order_incomplete')
)

select * from kept;

create or replace temp table rejected_rows as
select distinct file_rows.file_row as row_number
from rejected_rows
inner join file_rows on rejected_rows.row_number = file_rows.row_number;
