-- Grain: survey answer. Inputs: source_rows, answer_texts (row_number, answers: every cell of the row as JSON);
-- $account_space, $default_channel, $survey (the signature of its
-- questions), $satisfaction_scale (5 or 10), $is_nps_asked.
-- An answer without a response number is known by its whole content; the same content twice is two answers. Read under another
-- mapping the same cells are another answer: the hash is of what they were read as.
create or replace temp table staged_answers as
with people as (
    select
        source_rows.*,
        answer_texts.answers,
        answer_texts.nps_text,
        case when customer_id is not null then $account_space || ':' || customer_id end as account
    from source_rows
    inner join answer_texts on source_rows.row_number = answer_texts.row_number
    where source_rows.row_number not in (select row_number from rejected_rows)
),

keyed as (
    select
        *,
        case
            when response_id is not null then response_id || '~' || coalesce(submitted_at::varchar, '')
            else md5(answers) || '~' || row_number() over (
                partition by response_id is null, md5(answers) order by row_number
            )
        end as record_id,
        case when coalesce(account, email, phone) is not null then md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), ''
        )) end as identity_key
    from people
),

counted as (
    select
        *,
        $survey || chr(31) || record_id as answer_key,
        count(*) over (partition by record_id) as row_count
    from keyed
),

newest as (
    select * from counted
    qualify row_number() over (partition by answer_key order by submitted_at desc nulls last, md5(answers)) = 1
)

select
    answer_key, row_number as source_order, identity_key, account, email, phone, null::varchar as customer_name, response_id, submitted_at,
    coalesce(trim(channel), nullif($default_channel, '')) as channel, order_id,
    case when nps between 0 and 10 then nps end as nps, nps_text, $is_nps_asked as is_nps_asked,
    csat::double as satisfaction, case when csat is not null then $satisfaction_scale end::smallint as satisfaction_scale,
    trim(comment) as comment, recommended, trim(source_heard) as source_heard, contact_consent, answers, row_count,
    hash(
        identity_key, submitted_at, coalesce(trim(channel), $default_channel), order_id, nps, nps_text, $is_nps_asked, csat,
        case when csat is not null then $satisfaction_scale end, comment, recommended, source_heard, contact_consent, answers
    )::hugeint as content_hash
from newest;
