-- Grain: field of the survey answers. Input: answer_mart. Of how many answers the field is known; the score only of those asked.
with counted as (
    select
        count(*) as total,
        count(*) filter (is_nps_asked) as asked,
        count(customer_id) as customer,
        count(submitted_at) as submitted_at,
        count(nps) as nps,
        count(comment) as comment,
        count(contact_consent) as contact_consent
    from answer_mart
),

listed as (
    select 1 as place, 'customer' as field, customer as filled, total from counted
    union all select 2, 'submitted_at', submitted_at, total from counted
    union all select 3, 'nps', nps, asked from counted
    union all select 4, 'comment', comment, total from counted
    union all select 5, 'contact_consent', contact_consent, total from counted
)

select field, filled, total from listed where total > 0 order by place;
