-- Grain: identifier of one customer. Inputs: identities, the current versions.
-- Under which accounts, addresses and names the customer is known, and in which kinds of files each of them stands.
with own as (
    select identity_key, account, email, phone, name from identities where customer_id = $customer_id
),

carriers as (
    select identity_key, 'orders' as source from current_orders
    union all
    select identity_key, 'customers' as source from current_customers
    union all
    select identity_key, 'survey' as source from current_answers
    union all
    select identity_key, 'service' as source from current_service
    union all
    select identity_key, 'activity' as source from current_activity
    union all
    select identity_key, 'contacts' as source from current_contacts
),

sources as (
    select distinct identity_key, source from carriers where identity_key in (select identity_key from own)
),

unfolded as (
    unpivot own on account, email, phone, name into name kind value identifier
),

identifiers as (
    select kind, identifier, list(distinct source order by source) filter (where source is not null) as sources
    from unfolded
    left join sources using (identity_key)
    group by kind, identifier
    order by kind, identifier
)

select * from identifiers
