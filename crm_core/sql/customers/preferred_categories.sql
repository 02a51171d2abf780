-- Grain: customer of $customer_ids who has a clear preference. Input: preferred_categories. The category each of them prefers.
with preferred as (
    select customer_id, category as preferred_category from preferred_categories($as_of, $customer_ids)
)

select * from preferred
