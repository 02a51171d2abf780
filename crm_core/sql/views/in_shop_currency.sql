-- Scalar. An amount in the shop's currency; a rate that is NULL means that it is already.
create or replace macro in_shop_currency(amount, rate) as
    case when rate is null then amount else round(amount * rate, 4) end::decimal(18, 4);
