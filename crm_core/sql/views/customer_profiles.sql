-- Who the customers are (METRICS §7): one macro per kind of value, and profile_values that holds them all.

-- Grain: a scalar. Inputs: birthday and as-of date. The age band on that day; NULL where the birthday cannot be right (under 10
-- or over 110 years old).
create or replace macro age_band(birthday, as_of) as
case
    when date_sub('year', birthday, as_of) between 10 and 19 then 'under_20'
    when date_sub('year', birthday, as_of) between 20 and 29 then '20_29'
    when date_sub('year', birthday, as_of) between 30 and 39 then '30_39'
    when date_sub('year', birthday, as_of) between 40 and 49 then '40_49'
    when date_sub('year', birthday, as_of) between 50 and 59 then '50_59'
    when date_sub('year', birthday, as_of) between 60 and 110 then 'over_60'
end;

-- Grain: customer with a clear preference, of those in `customer_ids` (NULL: of all). Inputs: product_purchase_mart, product_mart;
-- up to the as-of date.
-- The category a customer prefers: the one of most product purchases (a product on a day), on at least two days, and of at least
-- half of all the customer's purchases of products with a category. Of two with as many the one for more money.
create or replace macro preferred_categories(as_of, customer_ids) as table
with products as (
    select product_key, category from product_mart where category is not null
),

per_category as (
    select
        customer_id, category, count(*) as purchases, sum(net_amount) as revenue, min(purchased_on) < max(purchased_on) as is_again
    from product_purchase_mart as bought
    inner join products on bought.product_key = products.product_key
    where purchased_on <= as_of
        and (customer_ids is null or customer_id in (select unnest(customer_ids)))
    group by customer_id, category
),

-- The last in the alphabet where purchases and money are equal.
per_customer as (
    select
        customer_id,
        max(struct_pack(purchases := purchases, revenue := revenue, category := category, is_again := is_again)) as most,
        sum(purchases) as purchases
    from per_category
    group by customer_id
),

preferred as (
    select customer_id, most.category as category
    from per_customer
    where most.is_again and most.purchases * 2 >= purchases
)

select * from preferred;

-- Grain: customer x tag. Input: customer_mart. The tags of the member records, one by one.
create or replace macro customer_tags() as table
with split as (
    select distinct customer_id, trim(unnest(regexp_split_to_array(tags, '[,;|、，；]'))) as tag
    from customer_mart
    where tags is not null
)

select customer_id, tag from split where tag <> '';

-- Grain: customer x value of the kind `by_key` (gender | age_band | county | source | joined | tier | channel | tag | category);
-- only tags can be several. Inputs: customer_mart, sources_answered, counties_of_cities, customer_tags,
-- preferred_categories. A value that is not known is no row.
create or replace macro profile_values(as_of, by_key) as table
with people as (
    select
        customer_mart.customer_id,
        case by_key
            when 'gender' then gender
            when 'age_band' then age_band(birthday, as_of)
            when 'county' then county
            when 'source' then source_of(customer_mart.source_heard, answered.source_heard)
            when 'joined' then case when joined_on <= as_of then strftime(joined_on, '%Y-%m') end
            when 'tier' then tier
            when 'channel' then first_channel
        end as profile_value
    from customer_mart
    left join sources_answered(as_of) as answered on customer_mart.customer_id = answered.customer_id
    left join counties_of_cities() as counties on customer_mart.city = counties.city
    where by_key not in ('tag', 'category')
),

told as (
    select customer_id, profile_value from people where profile_value is not null
    union all
    select customer_id, tag from customer_tags() where by_key = 'tag'
    union all
    select customer_id, category from preferred_categories(as_of, null) where by_key = 'category'
)

select * from told;
