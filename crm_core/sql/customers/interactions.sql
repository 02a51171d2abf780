-- Grain: day x channel x post or mailing x action of one customer, up to the as-of date or without a date, the newest first.
-- Input: activity_mart. What the customer clicked, opened or posted, and how often.
with interactions as (
    select
        acted_on, max(acted_at) as acted_at, channel, subject, action, sum(action_count)::decimal(18, 4) as action_count
    from activity_mart
    where customer_id = $customer_id and (acted_on is null or acted_on <= $as_of)
    group by acted_on, channel, subject, action
    order by acted_at desc nulls last, channel, subject, action
)

select * from interactions
