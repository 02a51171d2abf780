-- Grain: staged order, and line of it. Inputs: completions, staged_orders, staged_order_lines, order_line_versions.
-- Put what the other export adds into the staged orders. Their goods amount stays their own; the lines share what is left of
-- it after refunds, and what rounding leaves over goes to the largest line.
update staged_orders set
    status = completions.status,
    payment_status = completions.payment_status,
    fulfil_status = completions.fulfil_status,
    return_status = completions.return_status,
    order_total = completions.order_total,
    city = completions.city,
    coupon = completions.coupon,
    is_cancelled = completions.is_cancelled,
    refund_amount = completions.refund_amount,
    last_event_at = completions.last_event_at
from completions
where staged_orders.order_no = completions.order_no;

create or replace temp table completed_lines as
with other_lines as (
    select order_no, order_line_versions.* exclude (version_id)
    from completions
    inner join order_line_versions on completions.version_id = order_line_versions.version_id
    where takes_lines
),

own_lines as (
    select staged_order_lines.*
    from staged_order_lines
    inner join completions on staged_order_lines.order_no = completions.order_no
    where not takes_lines
),

lines as (
    select * from other_lines
    union all by name
    select * from own_lines
),

totals as (
    select
        lines.order_no,
        sum(lines.net_amount) as lines_net,
        count(*) as line_count,
        any_value(staged_orders.goods_amount - staged_orders.refund_amount) as order_net
    from lines
    inner join staged_orders on lines.order_no = staged_orders.order_no
    group by lines.order_no
),

shares as (
    select
        lines.*,
        order_net,
        round(case
            when lines_net = order_net then net_amount
            when lines_net <> 0 then order_net * (net_amount / nullif(lines_net, 0))
            else order_net / nullif(line_count, 0)
        end, 4)::decimal(18, 4) as share_amount
    from lines
    inner join totals on lines.order_no = totals.order_no
),

remainders as (
    select
        order_no,
        arg_max(line_no, (abs(net_amount), line_no)) as line_no,
        any_value(order_net) - sum(share_amount) as remainder
    from shares
    group by order_no
)

select
    shares.* exclude (order_net, share_amount)
    replace ((share_amount + coalesce(remainder, 0))::decimal(18, 4) as net_amount)
from shares
left join remainders on shares.order_no = remainders.order_no and shares.line_no = remainders.line_no;

delete from staged_order_lines where order_no in (select order_no from completions);

insert into staged_order_lines by name select * from completed_lines;

update staged_orders set content_hash = staged_orders.content_hash + completed.taken_hash
from (
    select
        completions.order_no,
        hash(
            status, payment_status, fulfil_status, return_status, order_total, city, coupon, is_cancelled, refund_amount
        )::hugeint
        + lines_hash as taken_hash
    from completions
    inner join (
        select order_no, sum(hash(product_key, variant, quantity, net_amount))::hugeint as lines_hash
        from completed_lines
        group by order_no
    ) hashed on completions.order_no = hashed.order_no
) completed
where staged_orders.order_no = completed.order_no;

-- What was taken over cannot be judged anew out of the rows of one file.
delete from staged_mixed_rows where order_no in (select order_no from completions);
