-- Grain: contact of one customer up to a day, the newest first. Inputs: contacts_until, refused_contacts. What was tried, and what
-- came of it; a refusal that a file told stays beside what another one that is no later tells of the same contact.
with known_contacts as (
    select * from contacts_until('infinity'::date)
),

told as (
    select * exclude (is_day_told, contacted_on, address, entered_at) from known_contacts where contacted_on <= $day
    union all by name
    select * exclude (is_day_told, contacted_on, address, told_at, is_replaced)
    from refused_contacts('known_contacts')
    where is_replaced and contacted_on <= $day
)

select
    contact_key, try_cast(nullif(regexp_extract(contact_key, '^entered (\d+)$', 1), '') as integer) as entry_id, contacted_at,
    has_time, channel, outcome, source, reason, product, note, nullif(agent, '') as agent
from told
where customer_id = $customer_id
order by contacted_at desc, contact_key desc
