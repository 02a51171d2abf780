-- What was bought says by which channel its buyer came, so that a channel is asked for without looking every customer up; and
-- one line of each product in an order says so, so that products are counted in orders without comparing lines.
-- The columns come before the rows are written: a table that a transaction has written to cannot change in it, and an old
-- shop gets all migrations in one. Later ones fill them.

alter table product_purchase_mart add column first_channel varchar;   -- of the customer's purchase 1
alter table category_purchase_mart add column first_channel varchar;
alter table order_line_mart add column counts_order boolean;          -- the largest ranked line of its product in the order
