-- Grain: line that a row of the file tells of; a row without any is one row. Inputs: source_texts, item_texts.
-- Everything about the whole row is repeated on its lines; row_key stands in for an order number where the file has none.
create or replace temp table unpacked_rows as
with numbered as (
    select
        source_texts.*,
        item_texts.* exclude (file_row),
        row_number() over (order by source_texts.row_number, item_texts.item_no) as line_row
    from source_texts
    left join item_texts on item_texts.file_row = source_texts.row_number
),

row_keys as (
    select row_number, md5(source_texts::varchar) as content from source_texts
),

counted_keys as (
    select row_number, content || '~' || row_number() over (partition by content order by row_number) as row_key
    from row_keys
),

unpacked as (
    select
        numbered.* exclude (row_number, line_row),
        numbered.line_row as row_number,
        numbered.row_number as file_row,
        row_number() over (partition by numbered.row_number order by numbered.line_row) = 1 as starts_row,
        counted_keys.row_key
    from numbered
    inner join counted_keys on counted_keys.row_number = numbered.row_number
)

select * from unpacked;

create or replace temp table file_rows as
select row_number, file_row, coalesce(is_unread, false) as is_unread from unpacked_rows;
