-- Grain: segment of the RFM scores. Inputs: {{items}} of product or of category (views/item_purchases.sql), rfm_scores.
-- In which segments the buyers of an item are ($product NULL: of any), beside all customers.
with buyers as (
    select distinct customer_id
    from {items}
    where purchased_on <= ($question).as_of and ($product is null or item_key = $product)
),

totals as (
    select
        scores.segment,
        count(*) as customers,
        count(buyers.customer_id) as buyers
    from rfm_scores($question) as scores
    left join buyers using (customer_id)
    group by scores.segment
),

shares as (
    select
        segment,
        buyers,
        buyers / nullif(sum(buyers) over (), 0) as share,
        customers,
        customers / nullif(sum(customers) over (), 0) as customer_share
    from totals
)

select * from shares;
