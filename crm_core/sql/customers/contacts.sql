-- Grain: contact of one customer up to a day, the newest first. Input: contacts_until. What was tried, and what came of it.
select
    contact_key, try_cast(nullif(regexp_extract(contact_key, '^entered (\d+)$', 1), '') as integer) as entry_id, contacted_at,
    has_time, channel, outcome, source, reason, product, note, nullif(agent, '') as agent
from contacts_until($day)
where customer_id = $customer_id
order by contacted_at desc, contact_key desc
