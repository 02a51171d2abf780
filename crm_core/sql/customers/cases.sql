-- Grain: service record of one customer up to the as-of date or without a date, the newest first. Input: service_mart.
-- What the customer asked or complained about.
with cases as (
    select
        service_key, case_id, order_id, opened_at, opened_on, closed_on, channel, topic, case_status, is_closed,
        is_complaint, note
    from service_mart
    where customer_id = $customer_id and (opened_on is null or opened_on <= $as_of)
    order by opened_at desc nulls last, service_key
)

select * from cases
