-- Grain: member of one list or group, the highest spenders first.
-- Inputs: {{source}} (of_list or of_group), product_purchase_mart, product_mart.
-- {{columns}} and {{joins}} are filled from the registry of list columns.
with chosen as (
{source}
),

members as (
    select *
    from chosen
    order by revenue desc, customer_id
    limit $limit
),

-- What the members bought up to the as-of date: on how many days each product, for how much. Most products a customer buys
-- once, and these need no adding up.
bought as (
    select customer_id, product_key, 1 as purchases, net_amount as revenue
    from product_purchase_mart
    where purchased_on <= ($question).as_of and product_purchase_no = 1 and coalesce(next_on > ($question).as_of, true)
        and customer_id in (select customer_id from members)
    union all
    select customer_id, product_key, count(*) as purchases, sum(net_amount) as revenue
    from product_purchase_mart
    where purchased_on <= ($question).as_of and (product_purchase_no > 1 or next_on <= ($question).as_of)
        and customer_id in (select customer_id from members)
    group by customer_id, product_key
),

-- The product on most days, then the one for most money.
most_bought as (
    select customer_id, arg_max(product_key, (purchases, revenue, product_key)) as product_key
    from bought
    group by customer_id
),

usual as (
    select customer_id, coalesce(product_mart.name, product_key) as usual_product
    from most_bought
    left join product_mart using (product_key)
),

told as (
    select {columns}
    from members as member
    {joins}
    order by member.revenue desc, member.customer_id
)

select * from told
