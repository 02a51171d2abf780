-- Grain: one row. Inputs: purchase_mart, answer_mart, customer_mart, service_mart, contact_mart, contact_entries.
-- Which data the lists can stand on: purchases, NPS answers of known customers, when members joined, closed complaints,
-- birthdays, calls that were logged.
with presence as (
    select
        exists (from purchase_mart) as orders,
        exists (from answer_mart where nps is not null and customer_id is not null) as survey,
        exists (from customer_mart where joined_on is not null) as joined,
        exists (from service_mart where is_complaint and closed_on is not null and customer_id is not null) as complaint,
        exists (from customer_mart where birthday is not null) as birthday,
        exists (from contact_mart where channel = 'phone') or exists (from contact_entries where channel = 'phone') as calls
)

select * from presence
