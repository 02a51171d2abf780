-- Grain: list that calls were made for. Inputs: contacts_until, purchase_mart.
-- Of the calls that reached somebody, how many were followed by a purchase within $within_days; only calls whose days are over
-- in the data, and each customer and day once.
with calls as (
    select distinct source, customer_id, contacted_on
    from contacts_until($day)
    where channel = 'phone' and outcome in ('reached', 'refused') and source is not null
        and contacted_on <= $as_of - $within_days
),

followed as (
    select
        source,
        exists (
            from purchase_mart
            where purchase_mart.customer_id = calls.customer_id
                and purchased_on between contacted_on and contacted_on + $within_days
        ) as is_followed
    from calls
)

select source, count(*) as reached, count(*) filter (is_followed) as bought from followed group by source
