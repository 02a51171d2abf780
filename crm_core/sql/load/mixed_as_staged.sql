-- Inputs: chosen_versions, mixed_order_rows, order_versions, status_words. Leaves the tables of a staged file with the
-- stored rows, as if these orders were being imported now: order_cells, order_numbers, rejected_rows, status_meanings.
create or replace temp table order_cells as
with chosen as (
    select mixed_order_rows.* exclude (rules)
    from mixed_order_rows
    semi join chosen_versions on mixed_order_rows.version_id = chosen_versions.version_id
),

numbered as (
    select
        chosen.* exclude (version_id, row_number),
        version_id as order_no,
        row_number() over (order by version_id, row_number) as row_number
    from chosen
)

select * from numbered;

create or replace temp table order_numbers as
select version_id as order_no, channel, order_id, order_key
from order_versions
where version_id in (select order_no from order_cells);

create or replace temp table rejected_rows as select row_number from order_cells limit 0;

create or replace temp table status_meanings as select field, word, meaning, origin from status_words;
