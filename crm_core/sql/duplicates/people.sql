-- Grain: customer of $customer_ids. Inputs: customer_mart, identities, purchase_mart, order_mart; $as_of.
-- Who it is and what was bought up to the as-of date.
with people as (
    select * from customer_mart where customer_id in (select unnest($customer_ids::varchar[]))
),

known as (
    select
        customer_id,
        list(distinct email order by email) filter (email is not null) as emails,
        list(distinct phone order by phone) filter (phone is not null) as phones,
        list(distinct account order by account) filter (account is not null) as accounts,
        list(distinct name order by name) filter (name is not null) as names
    from identities
    where customer_id in (select customer_id from people)
    group by customer_id
),

purchases as (
    select customer_id, count(*)::integer as purchases, min(purchased_on) as first_on, max(purchased_on) as last_on
    from purchase_mart
    where customer_id in (select customer_id from people) and purchased_on <= $as_of
    group by customer_id
),

money as (
    select customer_id, count(*) filter (is_counted)::integer as orders, sum(net_amount)::decimal(18, 4) as revenue
    from order_mart
    where customer_id in (select customer_id from people) and ordered_on <= $as_of
    group by customer_id
),

described as (
    select
        customer_id, left(md5(customer_id), 16) as reference, name, city, birthday,
        coalesce(names, []) as names, coalesce(emails, []) as emails, coalesce(phones, []) as phones,
        coalesce(accounts, []) as accounts,
        coalesce(purchases, 0) as purchases, coalesce(orders, 0) as orders,
        coalesce(revenue, 0)::decimal(18, 4) as revenue, purchases.first_on, purchases.last_on
    from people
    left join known using (customer_id)
    left join purchases using (customer_id)
    left join money using (customer_id)
)

select * from described
