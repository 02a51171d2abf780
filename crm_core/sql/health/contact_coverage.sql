-- Grain: field of the contacts. Input: contact_mart. Of how many calls and messages the field is known.
with counted as (
    select
        count(*) as total, count(customer_id) as customer, count(*) filter (is_day_told) as contacted_at,
        count(*) filter (has_time) as contacted_time, count(outcome) as outcome, count(channel) as channel,
        count(source) as source, count(agent) as agent, count(reason) as reason, count(product) as product_in_use,
        count(note) as note
    from contact_mart
),

listed as (
    unpivot counted on columns(* exclude total) into name field value filled
)

select field, filled, total from listed where total > 0;
