-- Grain: row of the file. Input: source_rows.
-- A row without an order number that names a product belongs to the order above it (shape lines_blank_below).
create or replace temp table source_rows as
select * replace (
    case
        when order_id is null and (product is not null or sku is not null)
            then last_value(order_id ignore nulls) over (order by row_number rows unbounded preceding)
        else order_id
    end as order_id
)
from source_rows;
