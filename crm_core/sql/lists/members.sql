-- Grain: member of one ready-made list, the highest spenders first. Input: list_memberships.
-- {{columns}} and {{joins}} are filled from the registry of list columns.
with members as (
    select * from list_memberships($question, $limits) where list_contains(list_keys, $list_key)
),

told as (
    select {columns}
    from members as member
    {joins}
    order by member.revenue desc, member.customer_id
    limit $limit
)

select * from told
