-- Grain: service record to be written again. Inputs: touched_service, touched_customers, touched_orders, order_scope,
-- order_versions, current_service, service_mart.
-- The records that changed, those of customers that changed, and those that name an order whose customer may have changed.
create or replace temp table touched_service_records as
with order_ids as (
    select order_id from order_versions semi join touched_orders using (order_key) where order_id is not null
    union
    select order_id from order_scope where order_id is not null
),

records as (
    select service_key from touched_service
    union
    select service_key from service_mart where customer_id in (select customer_id from touched_customers)
    union
    select current_service.service_key
    from current_service
    inner join identities on current_service.identity_key = identities.identity_key
    where identities.customer_id in (select customer_id from touched_customers)
    union
    select service_key from current_service where order_id in (select order_id from order_ids)
)

select service_key from records;
