-- Scalar. What a line is worth in goods: its total, else quantity times unit price less the line's discount.
create or replace macro line_value(line_total, quantity, unit_price, line_discount) as
    coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0));

-- Scalar. That value less what was returned, piece by piece.
create or replace macro line_weight(line_value, quantity_returned, unit_price, line_total, quantity) as
    coalesce(line_value, 0)
    - coalesce(quantity_returned, 0) * coalesce(unit_price, line_total / nullif(quantity, 0), 0);

-- Scalar. What tells a product: its number, else the key of its name.
create or replace macro product_key_of(sku, name_key) as coalesce(upper(trim(sku)), name_key);

-- Whether a line of a counted order is goods with a price: gifts, free lines and returns are not ranked. Never NULL.
create or replace macro is_sold(product_key, line_type, quantity, price) as
    coalesce(product_key is not null and line_type <> 'gift' and quantity > 0 and price > 0, false);
