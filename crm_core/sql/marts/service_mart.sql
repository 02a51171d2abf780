-- Grain: service record. Inputs: current_service, identities, order_mart, touched_service_records.
-- Whose question or complaint it is: the customer of its identifiers, else the one whose order it names. An order number that
-- several customers have in different channels names nobody.
insert into service_mart
with records as (
    select current_service.*, identities.customer_id as own_customer_id
    from current_service
    semi join touched_service_records on current_service.service_key = touched_service_records.service_key
    left join identities on current_service.identity_key = identities.identity_key
),

order_customers as (
    select order_id, min(customer_id) as customer_id
    from order_mart
    where order_id in (select order_id from records where own_customer_id is null)
    group by order_id
    having count(distinct customer_id) = 1
),

identified as (
    select records.*, coalesce(own_customer_id, order_customers.customer_id) as customer_id
    from records
    left join order_customers on records.order_id = order_customers.order_id
)

select
    service_key, customer_id, case_id, order_id, opened_at, opened_at::date as opened_on, closed_at,
    closed_at::date as closed_on, channel, topic, case_status, is_closed, is_complaint, note
from identified
order by opened_at, service_key;
