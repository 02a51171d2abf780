-- Grain: row of an activity file. Inputs: source_rows without the rejected rows, activity_actions; $account_space,
-- $default_channel.
-- A row is known by who did what, when, where and with which post or mailing; the same again is one more. How often, and when
-- last, is its content, so that a later export of running totals replaces the earlier one.
create or replace temp table staged_activity as
with people as (
    select
        source_rows.row_number, source_rows.acted_at, source_rows.email, source_rows.phone,
        trim(source_rows.subject) as subject, activity_actions.actions,
        case when customer_id is not null then $account_space || ':' || customer_id end as account,
        coalesce(trim(channel), nullif($default_channel, '')) as told_channel
    from source_rows
    inner join activity_actions on source_rows.row_number = activity_actions.row_number
    where source_rows.row_number not in (select row_number from rejected_rows)
),

described as (
    select
        *,
        md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(acted_at::varchar, ''),
            coalesce(told_channel, ''), coalesce(subject, ''),
            list_transform(actions, lambda entry: entry.action)::varchar
        )) as content,
        list_sum(list_transform(actions, lambda entry: entry.action_count)) as total_count
    from people
),

keyed as (
    select
        *,
        content || '~' || row_number() over (
            partition by content order by total_count, actions::varchar, row_number
        ) as activity_key,
        case when coalesce(account, email, phone) is not null then md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), ''
        )) end as identity_key
    from described
)

select
    activity_key, row_number as source_order, identity_key, account, email, phone, null::varchar as customer_name,
    told_channel as channel, subject, actions, 1::bigint as row_count,
    hash(identity_key, told_channel, subject, actions)::hugeint as content_hash
from keyed;
