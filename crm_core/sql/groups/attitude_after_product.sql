-- Grain: customer. Inputs: period_respondents, answer_products.
-- Who scored like this in the period after a purchase with the product.
select respondents.customer_id
from period_respondents(($group).from_on, ($group).to_on, ($question).channel) as respondents
inner join answer_products(($group).from_on, ($group).to_on) as products
    on respondents.answer_key = products.answer_key
where respondents.attitude = ($group).attitude and products.group_key = ($group).product_key
