-- Grain: field of the service records. Input: service_mart. Of how many questions and complaints the field is known.
with counted as (
    select
        count(*) as total, count(customer_id) as customer, count(opened_at) as opened_at, count(topic) as topic,
        count(is_complaint) as is_complaint, count(case_status) as case_status, count(closed_at) as closed_at,
        count(order_id) as order_id, count(note) as note
    from service_mart
),

listed as (
    unpivot counted on columns(* exclude total) into name field value filled
)

select field, filled, total from listed where total > 0;
