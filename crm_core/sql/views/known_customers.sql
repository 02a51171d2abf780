-- Grain: customer known on or before the as-of date, with or without a purchase.
-- Inputs: customer_mart.
-- Who can be written to: a usable address and a consent on record (an unknown consent is none). A customer is known from
-- the day of joining or of purchase 1, whichever is earlier; without either day, always.
create or replace macro known_customers(start_on, end_on, channel_key, grain) as table
with customers as (
    select
        customer_id,
        first_channel as channel,
        least(first_on, joined_on) as known_on,
        coalesce(email is not null and consent_email, false) as can_email,
        coalesce(phone is not null and consent_sms, false) as can_sms,
        coalesce(has_line and consent_line, false) as can_line
    from customer_mart
),

known as (
    select *, greatest(bucket_start(known_on, grain), start_on) as bucket
    from customers
    where (known_on <= end_on or (start_on is null and known_on is null))
        and (start_on is null or known_on >= start_on)
        and (channel_key is null or channel = channel_key)
)

select * from known;
