-- Grain: value that customers have, the most frequent first. Inputs: profile_values, customer_mart, order_mart.
-- What a condition can be held against; `by_key` as for profile_values, or city, or order_channel.
with told as (
    select customer_id, trim(profile_value) as value
    from profile_values($as_of, $by_key)
    where $by_key not in ('city', 'order_channel')
    union all
    select customer_id, city from customer_mart where $by_key = 'city' and city is not null
    union all
    select customer_id, channel
    from order_mart
    where $by_key = 'order_channel' and is_counted and customer_id is not null and ordered_on <= $as_of
)

select value, count(distinct customer_id) as customers
from told
where value <> ''
group by value
order by customers desc, value
limit $most
