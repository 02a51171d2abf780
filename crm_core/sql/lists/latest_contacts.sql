-- Grain: contact of a known customer up to a day, the newest first, at most $most of them. Inputs: contacts_until, customer_mart.
-- Whom the shop tried to reach last, and what came of it.
with latest as (
    select * from contacts_until($day)
    order by contacted_at desc, contact_key desc
    limit $most
)

select
    contacted_on, case when has_time then strftime(contacted_at, '%H:%M') end as contacted_time, latest.customer_id,
    customer_mart.name, customer_mart.phone, customer_mart.email, channel, outcome, source, reason, product, note,
    nullif(agent, '') as agent
from latest
left join customer_mart on latest.customer_id = customer_mart.customer_id
order by contacted_at desc, contact_key desc
