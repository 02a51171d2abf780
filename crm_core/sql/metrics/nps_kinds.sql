-- Grain: one row. Inputs: answer_mart, answer_waves, customer_mart, purchase_mart, product_purchase_mart.
-- By which kinds of group the answers up to a day can be told apart at all.
with answers as (
    select
        count(distinct channel) as channels,
        count(distinct customer_id) as respondents
    from answer_mart
    where answered_on is null or answered_on <= $end_on
),

people as (
    select count(distinct first_channel) as first_channels, count(distinct city) as cities
    from customer_mart
    where customer_id in (select customer_id from answer_mart)
),

waves as (
    select count(distinct wave_on) as waves from answer_waves($end_on)
),

kinds as (
    select
        respondents > 0 and exists (from purchase_mart) as segment,
        channels > 1 as channel,
        first_channels > 1 as first_channel,
        respondents > 0 and exists (from product_purchase_mart) as product,
        cities > 1 as city,
        respondents > 0 and exists (from purchase_mart) as tenure,
        waves > 1 as wave
    from answers
    cross join people
    cross join waves
)

select * from kinds
