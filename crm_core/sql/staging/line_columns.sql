-- Grain: row of the file (source_cells, seen through source_rows). Input: source_rows.
-- A line told in a roundabout way: its total as the amount before its discount, what was returned as the quantity that is left.
create or replace temp table source_cells as
select
    source_rows.* replace (
        coalesce(line_total, line_gross - sign(line_gross) * coalesce(line_discount, 0))::decimal(18, 4) as line_total,
        coalesce(quantity_returned, greatest(quantity - quantity_kept, 0))::decimal(18, 4) as quantity_returned
    )
from source_rows;
