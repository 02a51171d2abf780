-- What was bought says by which channel its buyer came, so that a channel is asked for without looking every customer up.
-- The columns come before the rows are written: a table that a transaction has written to cannot change in it, and an old
-- shop gets all migrations in one. The next ones fill them.

alter table product_purchase_mart add column first_channel varchar;   -- of the customer's purchase 1
alter table category_purchase_mart add column first_channel varchar;
