-- Grain: problem of a row. Input: order_rows; $has_line_id; $first_day, $last_day (the days a shop can have sold on).
-- What cannot be part of an order; every row of an order with such a row is set aside with it, since a part of an order would
-- give a wrong revenue. A line that stands in the file twice under one number of its own counts once, as it stands last.
create or replace temp table row_problems as
with order_dates as (
    select order_no, min(ordered_at) as first_at from order_rows where order_no is not null group by order_no
),

repeated_lines as (
    select row_number, order_no from order_rows
    where $has_line_id and line_id is not null and order_no is not null
    qualify row_number() over (
        partition by order_no, line_id, product_key, variant, quantity, unit_price, line_total order by row_number desc
    ) > 1
),

own_problems as (
    select row_number, order_no, 'repeated_line' as rule, 'line_id' as field from repeated_lines
    union all by name
    select row_number, order_no, 'no_order_id' as rule, 'order_id' as field from order_rows
    where $has_order_id and order_id is null
    union all by name
    select row_number, order_no, 'no_order_date' as rule, 'ordered_at' as field from order_rows
    left join order_dates using (order_no)
    where not ($has_order_id and order_id is null) and first_at is null and not list_contains(flaws, 'ordered_at__0|unreadable')
    union all by name
    select row_number, order_no, 'date_out_of_range' as rule, 'ordered_at' as field from order_rows
    where ordered_at < $first_day or ordered_at > $last_day
    union all by name
    select row_number, order_no, 'amount_too_large' as rule, 'unit_price' as field from order_rows
    where abs(line_value) >= 10000000000
    union all by name
    select row_number, order_no, 'several_currencies' as rule, 'currency' as field from order_rows
    where order_no in (select order_no from order_rows group by order_no having min(currency) <> max(currency))
    union all by name
    select row_number, order_no, split_part(flaw, '|', 2) as rule, split_part(flaw, '|', 1) as field
    from (select row_number, order_no, unnest(flaws) as flaw from order_rows where len(flaws) > 0)
),

judged as (
    select
        row_number,
        order_no,
        rule,
        field,
        case
            when rule in ('repeated_line', 'no_order_id', 'no_order_date', 'date_out_of_range', 'amount_too_large', 'several_currencies')
                then 'rejected'
            when split_part(field, '__', 1) = 'ordered_at' then if(first_at is null, 'rejected', 'warning')
            when list_contains($needed_fields, split_part(field, '__', 1)) then 'rejected'
            else 'warning'
        end as severity
    from own_problems
    left join order_dates using (order_no)
),

siblings as (
    select row_number, order_no, 'order_incomplete' as rule, null as field, 'rejected' as severity
    from order_rows
    where order_no in (
            select order_no from judged
            where severity = 'rejected' and rule <> 'repeated_line' and order_no is not null
        )
        and row_number not in (select row_number from judged where severity = 'rejected')
)

select * from judged
union all by name
select * from siblings;
