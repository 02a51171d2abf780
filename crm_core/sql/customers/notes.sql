-- Grain: note about one customer, the newest first. Inputs: customer_notes, note_identifiers, identities; $customer_id.
-- A note is about whoever has one of the identifiers that its customer had when it was written.
with own as (
    select * from identities where customer_id = $customer_id
),

identifiers as (
    select 'account' as kind, account as identifier from own where account is not null
    union
    select 'email', email from own where email is not null
    union
    select 'phone', phone from own where phone is not null
    union
    select 'person', concat_ws(' / ', email, phone, name) from own
),

told as (
    select note_id, note, author, noted_at, changed_at
    from customer_notes
    where note_id in (select note_id from note_identifiers inner join identifiers using (kind, identifier))
)

select * from told order by noted_at desc, note_id desc
