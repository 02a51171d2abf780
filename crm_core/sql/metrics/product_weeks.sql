-- Grain: product in at least so many orders of the weeks from first_on to end_on. Inputs: order_line_mart, product_mart.
-- In how many orders it was, week by week (0: the week of first_on); weeks without one are left out. Gifts count in no order.
with weekly as (
    select product_key, (ordered_on - $first_on) // 7 as week_no, count(*) as orders
    from order_line_mart
    where ordered_on between $first_on and $end_on
        and counts_order
        and ($channel is null or channel = $channel)
    group by product_key, week_no
),

counted as (
    select product_key, list(week_no order by week_no) as weeks, list(orders order by week_no) as orders
    from weekly
    group by product_key
    having sum(orders) >= $fewest
),

named as (
    select counted.product_key as product, coalesce(product_mart.name, counted.product_key) as name, weeks, orders
    from counted
    left join product_mart on counted.product_key = product_mart.product_key
)

select * from named order by product;
