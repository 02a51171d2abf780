-- Grain: service record. Inputs: source_rows without the rejected rows; $account_space, $default_channel, $is_complaint_file
-- (its headings speak of complaints), $tells_closing (it has a column for when a case was closed), $complaint, $no_complaint,
-- $closed, $not_closed (patterns of words, in lower case).
-- A record without a case number is known by who asked, when, through what, and about what; the same again is one more. How a
-- case went on (closed, its status) is not part of that, so that a later export tells of the same case.
create or replace temp table staged_service as
with people as (
    select
        *,
        case when customer_id is not null then $account_space || ':' || customer_id end as account,
        coalesce(trim(channel), nullif($default_channel, '')) as told_channel,
        lower(topic) as topic_words,
        lower(case_status) as status_words
    from source_rows
    where row_number not in (select row_number from rejected_rows)
),

judged as (
    select
        *,
        case
            when is_complaint is not null then is_complaint
            when $is_complaint_file then true
            when topic_words is not null
                then regexp_matches(topic_words, $complaint) and not regexp_matches(topic_words, $no_complaint)
        end as told_complaint,
        case
            when closed_at is not null then true
            when status_words is not null
                then regexp_matches(status_words, $closed) and not regexp_matches(status_words, $not_closed)
            when $tells_closing then false
        end as told_closed,
        md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(order_id, ''),
            coalesce(opened_at::varchar, ''), coalesce(told_channel, ''), coalesce(trim(topic), ''), coalesce(trim(note), '')
        )) as content
    from people
),

keyed as (
    select
        *,
        case
            when case_id is not null then $account_space || chr(31) || case_id
            else content || '~' || row_number() over (
                partition by case_id is null, content order by closed_at nulls first, case_status nulls first, row_number
            )
        end as service_key,
        case when coalesce(account, email, phone) is not null then md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), ''
        )) end as identity_key
    from judged
),

counted as (
    select *, count(*) over (partition by service_key) as row_count from keyed
),

newest as (
    select * from counted
    qualify row_number() over (
        partition by service_key order by opened_at desc nulls last, closed_at desc nulls last, row_number desc
    ) = 1
)

select
    service_key, row_number as source_order, identity_key, account, email, phone, null::varchar as customer_name, case_id,
    order_id, opened_at, closed_at, told_channel as channel, trim(topic) as topic, trim(case_status) as case_status,
    told_closed as is_closed, told_complaint as is_complaint, trim(note) as note, row_count,
    hash(
        identity_key, order_id, opened_at, closed_at, told_channel, trim(topic), trim(case_status), told_closed,
        told_complaint, trim(note), row_count
    )::hugeint as content_hash
from newest;
