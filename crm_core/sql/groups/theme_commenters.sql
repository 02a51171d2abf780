-- Grain: customer x comment. Input: comment_theme_pairs.
-- Who wrote of a theme in the period; attitude any: whatever the score.
select customer_id
from comment_theme_pairs(
    ($group).from_on, ($group).to_on, ($question).channel, covers_all_history(($group).from_on)
)
where customer_id is not null and theme = ($group).theme
    and (($group).attitude = 'any' or attitude = ($group).attitude)
