-- Grain: customer record of the file (the last row where several tell of one). Input: source_rows; $account_space.
create or replace temp table staged_customers as
with people as (
    select
        *,
        case when customer_id is not null then $account_space || ':' || customer_id end as account
    from source_rows
    where row_number not in (select row_number from rejected_rows)
),

keyed as (
    select
        *,
        coalesce(account, email, phone) as customer_key,
        md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(trim(name), '')
        )) as identity_key,
        count(*) over (partition by coalesce(account, email, phone)) as row_count
    from people
),

newest as (
    select * from keyed qualify row_number() over (partition by customer_key order by row_number desc) = 1
)

select
    customer_key, identity_key, account, email, phone, trim(name) as customer_name, row_number as source_order,
    trim(name) as name, birthday, gender, city, joined_at as joined_on, tier, consent_email, consent_sms, consent_line, tags,
    source_heard, row_count,
    hash(
        identity_key, birthday, gender, city, joined_at, tier, consent_email, consent_sms, consent_line, tags, source_heard,
        row_count
    )::hugeint as content_hash
from newest;
