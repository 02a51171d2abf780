-- Grain: item that one place of a row holds. Input: item_places (file_row, item_no, one text per line field); $nothing (texts
-- that say that there is nothing). A place with neither a product nor an amount is empty.
create or replace temp table item_texts as
with said as (
    select
        *,
        list_filter([product, sku], lambda text: trim(text) <> '' and not list_contains($nothing, lower(trim(text)))) as names,
        list_filter(
            [unit_price, line_total], lambda text: trim(text) <> '' and not list_contains($nothing, lower(trim(text)))
        ) as amounts
    from item_places
),

items as (
    select * exclude (names, amounts) from said where len(names) > 0 or len(amounts) > 0
)

select * from items;
