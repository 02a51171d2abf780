-- Scalar. An amount in the shop's currency, to four places; a rate that is NULL means that it is already.
-- An amount beyond what the columns hold gives NULL: the rates are checked against it before anything is stored.
create or replace macro in_shop_currency(amount, rate) as
    case when rate is null then amount else try_cast(round(amount::decimal(38, 4) * rate, 4) as decimal(18, 4)) end;
