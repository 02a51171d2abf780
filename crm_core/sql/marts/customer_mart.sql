-- Grain: customer. Inputs: identities, current_customers, order_scope, purchase_mart, touched_customers.
-- Who a customer is: the newest value that is not empty wins, member records before what stands on orders, that before what only
-- stands on answers. New is what changed last: a record that a later file repeats unchanged is as old as it was. The day of joining
-- is the earliest one told. (customers/sources.sql tells where each value comes from, by the same rule.)
insert into customer_mart
with people as (
    select identities.* from identities semi join touched_customers on identities.customer_id = touched_customers.customer_id
),

addresses as (
    select customer_id, min(email) as email, min(phone) as phone from people group by customer_id
),

records as (
    select people.customer_id, people.email, people.phone, current_customers.*,
        (current_customers.version_id, current_customers.source_order) as age
    from current_customers
    inner join people on current_customers.identity_key = people.identity_key
),

profiles as (
    select
        customer_id,
        arg_max(name, age) as name,
        arg_max(email, age) as email,
        arg_max(phone, age) as phone,
        arg_max(city, age) as city,
        arg_max(gender, age) as gender,
        arg_max(birthday, age) as birthday,
        min(joined_on) as joined_on,
        arg_max(tier, age) as tier,
        arg_max(tags, age) as tags,
        arg_max(source_heard, age) as source_heard,
        arg_max(consent_email, age) as consent_email,
        arg_max(consent_sms, age) as consent_sms,
        arg_max(consent_line, age) as consent_line
    from records
    group by customer_id
),

order_names as (
    select order_scope.customer_id,
        arg_max(identities.name, (order_scope.ordered_at, order_scope.order_key)) as name,
        arg_max(identities.email, (order_scope.ordered_at, order_scope.order_key)) as email,
        arg_max(identities.phone, (order_scope.ordered_at, order_scope.order_key)) as phone,
        arg_max(order_scope.city, (order_scope.ordered_at, order_scope.order_key)) as city
    from order_scope
    inner join identities on order_scope.identity_key = identities.identity_key
    group by order_scope.customer_id
),

purchases as (
    select
        customer_id,
        min(purchased_on) as first_on,
        arg_min(channel, purchased_on) as first_channel,
        count(*)::integer as purchase_count,
        max(purchased_on) as last_on
    from purchase_mart
    where customer_id in (select customer_id from touched_customers)
    group by customer_id
)

select
    addresses.customer_id,
    coalesce(profiles.name, order_names.name) as name,
    coalesce(profiles.email, order_names.email, addresses.email) as email,
    coalesce(profiles.phone, order_names.phone, addresses.phone) as phone,
    coalesce(profiles.city, order_names.city) as city,
    profiles.gender, profiles.birthday, profiles.joined_on, profiles.tier, profiles.tags, profiles.source_heard,
    profiles.consent_email, profiles.consent_sms, profiles.consent_line,
    coalesce(profiles.consent_line, false) as has_line,
    purchases.first_on,
    purchases.first_channel,
    coalesce(purchases.purchase_count, 0) as purchase_count,
    purchases.last_on
from addresses
left join profiles on addresses.customer_id = profiles.customer_id
left join order_names on addresses.customer_id = order_names.customer_id
left join purchases on addresses.customer_id = purchases.customer_id
order by addresses.customer_id;
