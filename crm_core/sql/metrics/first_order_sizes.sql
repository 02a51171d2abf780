-- Grain: dimension of the first order x group of it. Inputs: first_purchases_grouped, product_mart.
-- Which groups of first-time buyers there are, in their own order where they have one, else the largest first: how many
-- customers, and what the smallest and the largest first order of the group was worth. $dimension NULL: every dimension; of each at most $most groups.
with sizes as (
    select
        dimension,
        group_key,
        count(*) as customers,
        min(net_amount) as amount_from,
        max(net_amount) as amount_to,
        row_number() over (partition by dimension order by count(*) desc, group_key) as place
    from first_purchases_grouped($as_of, $channel, $dimension)
    group by dimension, group_key
),

named as (
    select
        sizes.dimension,
        sizes.group_key,
        coalesce(product_mart.name, sizes.group_key) as name,
        sizes.customers,
        sizes.amount_from,
        sizes.amount_to
    from sizes
    left join product_mart on sizes.dimension = 'product' and sizes.group_key = product_mart.product_key
    where sizes.place <= $most
    order by
        sizes.dimension,
        case when sizes.dimension in ('size', 'season', 'products') then sizes.group_key end,
        sizes.place
)

select * from named;
