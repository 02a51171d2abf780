-- Orders in other currencies: what one unit of a currency is worth in the shop's, by month. Amounts of order versions stay as the
-- file tells them; the marts hold them in the shop's currency.

create table exchange_rates (
    currency varchar not null,              -- ISO code, never the shop's own
    month date not null,                    -- the first day of the month
    rate decimal(18, 8) not null,           -- units of the shop's currency for one unit of this one
    primary key (currency, month)
);

alter table order_versions add column currency varchar;  -- NULL: the shop's own
