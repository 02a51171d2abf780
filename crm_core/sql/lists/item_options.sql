-- Grain: product or category that was bought up to the as-of date, those bought by most customers first. Inputs: product_mart,
-- product_purchase_mart. How many these are is near enough for an order. `wanted` is a part of the name or the number, NULL for all.
with sold as (
    select product_key, approx_count_distinct(customer_id) as buyers
    from product_purchase_mart
    where purchased_on <= $as_of
    group by product_key
),

items as (
    select
        case when $kind = 'category' then category else product_mart.product_key end as item_key,
        case when $kind = 'category' then category else name end as name,
        buyers
    from sold
    inner join product_mart on sold.product_key = product_mart.product_key
)

select item_key, any_value(name) as name, sum(buyers) as buyers
from items
where item_key is not null
    and ($wanted is null or contains(lower(name), lower($wanted)) or contains(lower(item_key), lower($wanted)))
group by item_key
order by buyers desc, item_key
limit $most
