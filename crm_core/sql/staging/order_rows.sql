-- Grain: row of the file. Inputs: source_rows; $default_channel, $account_space, $has_order_id.
-- Every row gets the key of the order it belongs to: channel and order number; without order numbers one customer's rows of
-- one moment (one day, where there is no time) are one order, and an anonymous row is an order of its own.
create or replace temp table order_rows as
with people as (
    select
        *,
        coalesce(trim(channel), $default_channel) as order_channel,
        case when customer_id is not null then $account_space || ':' || customer_id end as account
    from source_rows
),

references_ as (
    select
        *,
        case
            when $has_order_id then null
            when coalesce(account, email, phone) is not null
                then '~' || md5(concat_ws(chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, '')))
                    || '~' || case when ordered_at_has_time then ordered_at::varchar else ordered_at::date::varchar end
            else '~' || md5(concat_ws(chr(31), ordered_at, sku, product, variant, quantity, unit_price, line_total, order_total))
                || '~' || row_number() over (
                    partition by ordered_at, sku, product, variant, quantity, unit_price, line_total, order_total
                    order by row_number
                )
        end as derived_id
    from people
),

keyed as (
    select *, order_channel || chr(31) || coalesce(order_id, derived_id) as order_key
    from references_
),

valued as (
    select
        *,
        coalesce(line_total, coalesce(quantity, 1)::decimal(38, 4) * unit_price - coalesce(line_discount, 0)) as line_value
    from keyed
)

select * from valued;
