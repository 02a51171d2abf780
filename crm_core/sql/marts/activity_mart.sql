-- Grain: interaction. Inputs: current_activity, identities, touched_activity, touched_customers.
-- What customers did: one row per action that a row of the file tells of, however often it was done.
insert into activity_mart
with told as (
    select current_activity.*, identities.customer_id
    from current_activity
    left join identities on current_activity.identity_key = identities.identity_key
    where current_activity.activity_key in (select activity_key from touched_activity)
        or identities.customer_id in (select customer_id from touched_customers)
),

unfolded as (
    select
        activity_key, customer_id, channel, subject, unnest(actions) as entry,
        generate_subscripts(actions, 1)::integer as action_no
    from told
)

select
    activity_key, action_no, customer_id, entry.acted_at as acted_at, entry.acted_at::date as acted_on, channel,
    subject, entry.action as action, entry.action_count as action_count
from unfolded
where entry.action_count > 0
order by acted_at, activity_key, action_no;
