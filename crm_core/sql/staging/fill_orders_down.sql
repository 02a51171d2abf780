-- Grain: row of the file (source_cells, seen through source_rows). Input: source_rows.
-- A row without an order number that names a product belongs to the order above it (shape lines_blank_below), unless it tells
-- of another order: its number cannot be read, or it has a date of its own and that, or the customer, is not the one above.
-- Such an order has no number, and the rows below it have none either.
create or replace temp table source_cells as
with compared as (
    select
        *,
        order_id is not null
        or len(list_filter(flaws, lambda flaw: starts_with(flaw, 'order_id__'))) > 0
        or (
            ordered_at is not null
            and (
                ordered_at <> last_value(ordered_at ignore nulls) over above
                or customer_id <> last_value(customer_id ignore nulls) over above
                or email <> last_value(email ignore nulls) over above
                or phone <> last_value(phone ignore nulls) over above
            )
        ) as is_other_order
    from source_rows
    window above as (order by row_number rows between unbounded preceding and 1 preceding)
),

numbered as (
    select *, count(*) filter (is_other_order) over (order by row_number rows unbounded preceding) as block_no
    from compared
),

filled as (
    select * exclude (is_other_order, block_no) replace (
        case
            when order_id is null and (product is not null or sku is not null)
                then max(order_id) over (partition by block_no)
            else order_id
        end as order_id
    )
    from numbered
)

select * from filled;
