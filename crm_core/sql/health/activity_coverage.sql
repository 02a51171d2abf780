-- Grain: field of the interactions. Input: activity_mart. Of how many interactions the field is known.
with counted as (
    select
        count(*) as total, count(customer_id) as customer, count(acted_at) as acted_at, count(action) as action,
        count(channel) as channel, count(subject) as subject
    from activity_mart
),

listed as (
    unpivot counted on columns(* exclude total) into name field value filled
)

select field, filled, total from listed where total > 0;
