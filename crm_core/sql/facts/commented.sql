-- Grain: customer who wrote of a theme; {of}: theme. Input: comment_theme_pairs.
select distinct customer_id, true as has_commented
from comment_theme_pairs('-infinity'::date, ($question).as_of, null, true)
where customer_id is not null and theme = ({of}).theme
