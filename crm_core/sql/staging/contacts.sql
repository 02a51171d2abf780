-- Grain: contact. Inputs: source_rows without open_rows and rejected_rows, identities, sheet_lists; $account_space, $default_channel (a key of
-- CONTACT_CHANNELS or nothing), $tells_channel, $tells_outcome (the file has a column for it), $outcomes, $messages (the channels
-- that are no calls).
-- A reference on the product's own sheet is an identifier of the customer: an account with its space (without one it is the
-- shop's), an address, a phone, or those with a name, or the opaque form of one of these (the first 16 hexadecimal digits of its
-- MD5). It stays one when the customer merges with another. One that the shop does not know has the row's own address and phone
-- beside it; an opaque one that it does not know says nothing.
-- A sheet names its list in words: which one they meant is kept by sheet (sheet_lists); without the sheet's number it is the one
-- that the newest sheet called so. A leading apostrophe keeps a text from being a formula.
-- A contact without a number of its own is known by who, on which day, through what and for which list; the same again is one
-- more. The time and what came of it are not part of that, so that a sheet with more filled in tells of the same contacts.
create or replace temp table staged_contacts as
with opaque as (
    select distinct trim(customer_ref) as opaque_form from source_rows where regexp_full_match(trim(customer_ref), '[0-9a-f]{16}')
),

names as (
    select regexp_replace(account, '^shop:', '') as name from identities where account is not null
    union all
    select unnest([email, phone]) from identities
    union all
    select concat_ws(' / ', email, phone, name) from identities where account is null
),

-- A number that looks like an opaque form is meant as it stands.
meant as (
    select opaque_form, min(name) as name
    from (
        select opaque_form, name from names inner join opaque on left(md5(name), 16) = opaque_form
        union all
        select opaque_form, opaque_form from opaque where opaque_form in (select name from names)
    )
    group by opaque_form
),

named_lists as (
    select row_number, arg_max(sheet_lists.source, (coalesce(sheet = regexp_extract(contact_id, '^(.*)-', 1), false), sheet)) as list_source
    from source_rows
    inner join sheet_lists on ltrim(trim(source_rows.source), '''') = ltrim(sheet_lists.name, '''')
    group by row_number
),

told as (
    select
        source_rows.* replace (coalesce(list_source, trim(source_rows.source)) as source),
        case when opaque.opaque_form is null then nullif(trim(customer_ref), '') else meant.name end as reference,
        case when customer_id is not null then $account_space || ':' || customer_id end as own_account
    from source_rows
    left join named_lists using (row_number)
    left join opaque on trim(customer_ref) = opaque.opaque_form
    left join meant on opaque.opaque_form = meant.opaque_form
    where row_number not in (select row_number from open_rows) and row_number not in (select row_number from rejected_rows)
),

known_accounts as (
    select regexp_replace(account, '^shop:', '') as reference, min(account) as account
    from identities
    where account is not null and regexp_replace(account, '^shop:', '') in (select reference from told)
    group by reference
),

known_addresses as (
    select email as reference from identities where email in (select reference from told)
    union
    select phone from identities where phone in (select reference from told)
),

referred as (
    select
        told.*,
        known_accounts.account as known_account,
        coalesce(known_accounts.account, known_addresses.reference) is not null or contains(told.reference, ' / ') as is_known,
        case
            when known_accounts.account is not null then 'account'
            when contains(told.reference, ' / ') then 'person'
            when regexp_full_match(told.reference, '[^@\s:]+@[^@\s:]+') then 'email'
            when regexp_full_match(told.reference, '\+\d{6,}') then 'phone'
            when told.reference is not null then 'account'
        end as reference_kind
    from told
    left join known_accounts on told.reference = known_accounts.reference
    left join known_addresses on told.reference = known_addresses.reference
),

people as (
    select
        * exclude (email, phone),
        email as told_email,
        phone as told_phone,
        case reference_kind
            when 'account' then coalesce(known_account, if(contains(reference, ':'), '', 'shop:') || reference)
            else if(reference is null, own_account, null)
        end as account,
        case
            when reference_kind = 'email' then reference
            when reference_kind = 'person' then nullif(regexp_extract(reference, '^[^@\s]+@[^@\s]+'), '')
            when reference is null or not is_known then email
        end as email,
        case
            when reference_kind = 'phone' then reference
            when reference_kind = 'person' then nullif(regexp_extract(reference, '(^| / )(\+\d{6,})( / |$)', 2), '')
            when reference is null or not is_known then phone
        end as phone,
        case when reference_kind = 'person'
            then nullif(regexp_replace(reference, '^([^@\s]+@[^@\s]+( / |$))?(\+\d{6,}( / |$))?', ''), '')
        end as customer_name
    from referred
),

judged as (
    select
        *,
        case
            when list_contains($outcomes::varchar[], outcome) then outcome
            when not $tells_outcome and list_contains($messages::varchar[], coalesce(channel, nullif($default_channel, ''))) then 'sent'
        end as told_outcome,
        case when not list_contains($outcomes::varchar[], outcome) then outcome end as unknown_outcome,
        coalesce(
            channel, nullif($default_channel, ''),
            case when not $tells_channel and outcome is distinct from 'sent' and outcome is distinct from 'allowed' then 'phone' end
        ) as told_channel
    from people
),

described as (
    select
        *,
        md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(customer_name, ''),
            coalesce(contacted_at::date::varchar, ''), coalesce(told_channel, ''), coalesce(trim(source), '')
        )) as content,
        case when told_channel = 'email' then coalesce(told_email, email) else coalesce(told_phone, phone) end as address
    from judged
),

keyed as (
    select
        *,
        case
            when contact_id is not null then $account_space || chr(31) || contact_id
            else content || '~' || row_number() over (
                partition by contact_id is null, content
                order by contacted_at nulls first, told_outcome nulls first, trim(reason) nulls first, trim(note) nulls first,
                    row_number
            )
        end as contact_key,
        case when coalesce(account, email, phone) is not null then md5(concat_ws(
            chr(31), coalesce(account, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(customer_name, '')
        )) end as identity_key
    from described
),

counted as (
    select *, count(*) over (partition by contact_key) as row_count from keyed
),

newest as (
    select * from counted
    qualify row_number() over (partition by contact_key order by contacted_at desc nulls last, row_number desc) = 1
)

select
    contact_key, row_number as source_order, identity_key, account, email, phone, customer_name, contacted_at,
    coalesce(contacted_at_has_time, false) as has_time, told_channel as channel, told_outcome as outcome,
    unknown_outcome as outcome_text, trim(source) as source, trim(reason) as reason, trim(product) as product, trim(note) as note,
    trim(agent) as agent, address, row_count,
    hash(
        identity_key, contacted_at, coalesce(contacted_at_has_time, false), told_channel, told_outcome, unknown_outcome,
        trim(source), trim(reason), trim(product), trim(note), trim(agent), address, row_count
    )::hugeint as content_hash
from newest;
