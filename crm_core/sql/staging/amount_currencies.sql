-- Grain: row of the file (source_cells, seen through source_rows). Inputs: source_rows, row_currencies (row_number, currency), which the symbols in the amounts tell.
create or replace temp table source_cells as
select source_rows.* replace (coalesce(source_rows.currency, row_currencies.currency) as currency)
from source_rows
left join row_currencies on source_rows.row_number = row_currencies.row_number;
