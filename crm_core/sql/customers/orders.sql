-- Grain: order document of one customer up to the as-of date, the newest first. Input: order_mart.
-- Every order, also those that do not count, and every stand-alone return.
with orders as (
    select
        order_key, order_id, channel, ordered_at, ordered_on, status, is_counted, is_adjustment, net_amount, refund_amount,
        coupon, purchase_no
    from order_mart
    where customer_id = $customer_id and ordered_on <= $as_of
    order by ordered_at desc, order_key
)

select * from orders
