-- Grain: one row. Inputs: buyers_as_of, customer_mart, sources_answered, product_mart.
-- Of how many buyers each kind of value is known; of the category whether any product has one.
with people as (
    select
        buyers.customer_id, gender, age_band(birthday, $as_of) as age_band, city, joined_on, tier, tags,
        source_of(customer_mart.source_heard, answered.source_heard) as source_heard,
        first_channel
    from buyers_as_of($as_of, $channel) as buyers
    inner join customer_mart on buyers.customer_id = customer_mart.customer_id
    left join sources_answered($as_of) as answered on buyers.customer_id = answered.customer_id
),

coverage as (
    select
        count(gender) as gender, count(age_band) as age_band, count(city) as county, count(source_heard) as source,
        count(joined_on) filter (where joined_on <= $as_of) as joined, count(tier) as tier,
        case when count(distinct first_channel) > 1 then count(first_channel) else 0 end as channel,
        count(tags) as tag,
        case when exists (from product_mart where category is not null) then count(*) else 0 end as category
    from people
)

select * from coverage
