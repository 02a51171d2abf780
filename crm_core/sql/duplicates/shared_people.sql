-- Grain: e-mail address or phone that links nobody × person who uses it, the most used first. Inputs: shared_contacts,
-- decided_identities, identities, current_orders; $most.
-- What was set aside by itself, with the names beside it and how many orders each of them has. `total` counts the identifiers.
with aside as (
    select identifier, sign
    from shared_contacts
    where identifier not in (
        select identifier from decided_identities where is_in_force and action in ('trust', 'set_aside')
    )
),

carried as (
    select '2' || email as identifier, identity_key, customer_id, name from identities where email is not null
    union all
    select '3' || phone, identity_key, customer_id, name from identities where phone is not null
),

users as (
    select identifier, sign, identity_key, customer_id, name from carried inner join aside using (identifier)
),

order_counts as (
    select identity_key, count(*) as orders
    from current_orders
    where identity_key in (select identity_key from users)
    group by identity_key
),

people as (
    select identifier, sign, customer_id, max(name) as name, coalesce(sum(orders), 0)::integer as orders
    from users
    left join order_counts using (identity_key)
    group by identifier, sign, customer_id
),

ranked as (
    select
        *,
        sum(orders) over (partition by identifier) as all_orders,
        count(customer_id) over (partition by identifier) as people_count,
        row_number() over (partition by identifier order by orders desc, customer_id) as person_number
    from people
),

shown as (
    select
        *, dense_rank() over (order by all_orders desc, identifier) as place,
        (select count(*) from aside) as total
    from ranked
)

select identifier, sign, customer_id, name, orders, people_count, total
from shown
where place <= $most and person_number <= $people
order by place, person_number
