-- Grain: pair of customers that are probably one person, the surest first. Inputs: pair_signals, apart_pairs, known_names,
-- identities, customer_mart, product_purchase_mart; $reasons and $weights of the same length (how likely a reason alone makes them one
-- person), $same_products (the weight of that one), $least, $most.
-- Signs that stand on their own strengthen each other (1 - the product of the doubts); a product that both bought is one more.
-- Different birthdays, names that have no part in common, two accounts of one issuer speak against it. `total` counts all pairs that are likely enough.
with weights as (
    select unnest($reasons::varchar[]) as reason, unnest($weights::double[]) as weight
),

candidates as (
    select left_id, right_id, list(reason order by weight desc, reason) as reasons, exp(sum(ln(1 - weight))) as doubt
    from pair_signals
    inner join weights using (reason)
    anti join apart_pairs using (left_id, right_id)
    group by left_id, right_id
),

-- Only candidates that some more evidence could lift are looked at closely.
near as (
    select * from candidates where doubt <= 0.7
    order by doubt, left_id, right_id
    limit 20000
),

bought as (
    select distinct customer_id, product_key
    from product_purchase_mart
    where customer_id in (select left_id from near union select right_id from near)
),

same_products as (
    select left_id, right_id
    from near
    semi join (
        select l.customer_id as left_id, r.customer_id as right_id
        from bought l
        inner join bought r using (product_key)
        inner join near on near.left_id = l.customer_id and near.right_id = r.customer_id
    ) shared using (left_id, right_id)
),

issuers as (
    select customer_id, list(distinct split_part(account, ':', 1)) as issuers
    from identities
    where account is not null and customer_id in (select left_id from near union select right_id from near)
    group by customer_id
),

names as (
    select customer_id, list(name_key) as name_keys
    from known_names
    where customer_id in (select left_id from near union select right_id from near)
    group by customer_id
),

weighed as (
    select
        near.left_id, near.right_id,
        case when same_products.left_id is null then reasons else list_append(reasons, 'same_products') end as reasons,
        1 - doubt * case when same_products.left_id is null then 1 else 1 - $same_products end as likelihood,
        coalesce(l.birthday <> r.birthday, false) as has_other_birthday,
        coalesce(l.gender <> r.gender and l.gender in ('female', 'male') and r.gender in ('female', 'male'), false)
            as has_other_gender,
        left_names.name_keys is not null and right_names.name_keys is not null
        and not list_bool_or(list_transform(left_names.name_keys, lambda ours: list_bool_or(
            list_transform(right_names.name_keys, lambda theirs: is_part_of_name(ours, theirs))
        ))) as has_other_name,
        coalesce(list_has_any(left_issuers.issuers, right_issuers.issuers), false) as has_other_account
    from near
    inner join customer_mart l on l.customer_id = near.left_id
    inner join customer_mart r on r.customer_id = near.right_id
    left join same_products on same_products.left_id = near.left_id and same_products.right_id = near.right_id
    left join names left_names on left_names.customer_id = near.left_id
    left join names right_names on right_names.customer_id = near.right_id
    left join issuers left_issuers on left_issuers.customer_id = near.left_id
    left join issuers right_issuers on right_issuers.customer_id = near.right_id
),

judged as (
    select
        left_id, right_id, reasons,
        likelihood
        * case when has_other_birthday then 0.3 else 1 end
        * case when has_other_gender then 0.7 else 1 end
        * case when has_other_name then 0.5 else 1 end
        * case when has_other_account then 0.8 else 1 end as likelihood
    from weighed
),

likely as (
    select left_id, right_id, reasons, round(likelihood, 4) as likelihood, count(*) over () as total
    from judged
    where likelihood >= $least
    order by round(likelihood, 4) desc, left_id, right_id
    limit $most
)

select * from likely
