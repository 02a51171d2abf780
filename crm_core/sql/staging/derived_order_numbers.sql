-- Grain: row of the file. Input: source_rows; $default_channel, $account_space. For files without order numbers.
-- One customer's rows of one moment (one day, where there is no time) are one order; an anonymous row is an order of its own.
create or replace temp table derived_order_numbers as
with people as (
    select
        *,
        coalesce(trim(channel), $default_channel) as order_channel,
        case when coalesce(customer_id, email, phone) is not null then concat_ws(
            chr(31), $account_space, coalesce(customer_id, ''), coalesce(email, ''), coalesce(phone, '')
        ) end as person
    from source_rows
),

named as (
    select
        row_number,
        order_channel,
        case
            when person is not null then md5(person) || '~' || case
                when ordered_at_has_time then ordered_at::varchar else ordered_at::date::varchar
            end
            else md5(concat_ws(
                chr(31), coalesce(ordered_at::varchar, ''), coalesce(sku, ''), coalesce(product, ''), coalesce(variant, ''),
                coalesce(quantity::varchar, ''), coalesce(unit_price::varchar, ''), coalesce(line_total::varchar, ''),
                coalesce(order_total::varchar, '')
            )) || '~' || row_number() over (
                partition by
                    order_channel, person is null, ordered_at, sku, product, variant, quantity, unit_price, line_total, order_total
                order by row_number
            )
        end as derived_id
    from people
),

keyed as (
    select row_number, order_channel as channel, order_channel || chr(31) || '~' || derived_id as order_key
    from named
)

select row_number, channel, order_key, dense_rank() over (order by order_key) as order_no
from keyed;
