-- Grain: item (product or category) of those asked for that somebody bought again on or before the as-of date.
-- Inputs: {{items}} of product or of category (views/item_purchases.sql).
-- The plain median of all days between two purchases of an item. On the Kaplan-Meier curve of the item, from a buyer's
-- first purchase of it to the next (who has not bought it again is censored, never "no"): the days by which a quarter,
-- half and three quarters of its buyers are back (NULL where the curve never gets there), and when it is due. Due is from
-- the quarter to the three quarters; where the curve ends before, the quartiles of those who do come back within a year,
-- that is of the curve divided by its end. An item that takes a quarter of its buyers more than a year has no such window:
-- those quick ones are not its rhythm.
with purchases as (
    select
        item_key,
        item_purchase_no = 1 as is_first,
        coalesce(next_on <= $as_of, false) as is_returned,
        (case when next_on <= $as_of then next_on else $as_of::date end) - purchased_on as wait_days
    from {items}
    where purchased_on <= $as_of
        and item_key in (select unnest($products))
        and ($channel is null or first_channel = $channel)
),

waits as (
    select
        item_key,
        wait_days,
        count(*) filter (where is_returned) as gaps,
        count(*) filter (where is_first and is_returned) as returned,
        count(*) filter (where is_first) as ended
    from purchases
    group by item_key, wait_days
),

waiting as (
    select
        item_key,
        wait_days,
        gaps,
        returned,
        sum(ended) over item - sum(ended) over by_wait + ended as at_risk,
        sum(gaps) over by_wait as gaps_upto,
        sum(gaps) over item as gap_count
    from waits
    window
        item as (partition by item_key),
        by_wait as (partition by item_key order by wait_days rows unbounded preceding)
),

-- The median is the mean of the two middle gaps, which for an odd number are the same one.
gap_medians as (
    select
        item_key,
        (
            min(wait_days) filter (where 2 * gaps_upto >= gap_count) + min(wait_days) filter (where 2 * gaps_upto > gap_count)
        ) / 2 as observed_gap_median
    from waiting
    where gaps > 0
    group by item_key
),

-- Days without a return leave the curve where it is.
curves as (
    select
        item_key,
        wait_days,
        1 - product(1 - returned / nullif(at_risk, 0)) over (
            partition by item_key order by wait_days rows unbounded preceding
        ) as back_share
    from waiting
    where returned > 0
),

ends as (
    select item_key, max(back_share) filter (where wait_days <= 365) as year_share from curves group by item_key
),

-- The tolerance is for an exact quarter that a product of fractions misses in the last place.
cycles as (
    select
        curves.item_key as product,
        min(wait_days) filter (where back_share >= 0.25 - 1e-9) as cycle_p25,
        min(wait_days) filter (where back_share >= 0.5 - 1e-9) as cycle_median,
        min(wait_days) filter (where back_share >= 0.75 - 1e-9) as cycle_p75,
        min(wait_days) filter (where back_share >= 0.25 * year_share - 1e-9) as returners_p25,
        min(wait_days) filter (where back_share >= 0.75 * year_share - 1e-9) as returners_p75
    from curves
    inner join ends on curves.item_key = ends.item_key
    group by curves.item_key
),

due as (
    select
        product, cycle_p25, cycle_median, cycle_p75,
        coalesce(cycle_p25 > 365, false) as is_slow,
        case when cycle_p75 is not null then cycle_p25 when not is_slow then returners_p25 end as due_from_days,
        case when cycle_p75 is not null then cycle_p75 when not is_slow then returners_p75 end as due_to_days
    from cycles
)

select due.* exclude (is_slow), observed_gap_median
from due
inner join gap_medians on due.product = gap_medians.item_key;
