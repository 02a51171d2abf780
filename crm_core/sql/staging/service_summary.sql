-- Grain: one row for the file. Input: staged_service. What loading the file would bring, in shop terms.
with facts as (
    select
        count(*) as records,
        count(*) filter (is_complaint) as complaints,
        count(*) filter (is_closed is false) as open_cases,
        count(*) filter (identity_key is null and order_id is null) as anonymous,
        min(opened_at)::date as first_on,
        max(opened_at)::date as last_on
    from staged_service
)

select * from facts;
