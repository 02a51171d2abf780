-- Grain: customer with a clear preference. Input: preferred_categories.
select customer_id, category from preferred_categories(($question).as_of, null)
