-- Grain: problem of a row. Input: source_rows. A cell that cannot be read is kept with its text; nothing is rejected for it.
create or replace temp table row_problems as
select row_number, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field, 'warning' as severity
from (select row_number, unnest(flaws) as flaw from source_rows where len(flaws) > 0);
