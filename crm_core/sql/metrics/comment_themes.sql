-- Grain: theme of the shop, and `other` for the comments that speak of none. Inputs: comment_theme_pairs, shop_comment_themes.
-- How many comments of the period speak of each theme, by attitude. A comment may speak of several. No row without a comment.
with pairs as (
    select * from comment_theme_pairs($start_on, $end_on, $channel, $with_undated)
),

totals as (
    select count(distinct answer_key) as total from pairs
),

counted as (
    select
        theme,
        count(*) as comments,
        count(*) filter (where attitude = 'promoter') as promoters,
        count(*) filter (where attitude = 'passive') as passives,
        count(*) filter (where attitude = 'detractor') as detractors,
        count(*) filter (where attitude is null) as unscored
    from pairs
    group by theme
),

possible as (
    select position, theme from shop_comment_themes()
    union all
    select null, 'other'
),

filled as (
    select
        possible.theme,
        coalesce(comments, 0) as comments,
        coalesce(comments, 0) / nullif(total, 0) as share,
        coalesce(promoters, 0) as promoters,
        coalesce(passives, 0) as passives,
        coalesce(detractors, 0) as detractors,
        coalesce(unscored, 0) as unscored
    from possible
    cross join totals
    left join counted on possible.theme = counted.theme
    where total > 0
    order by position is null, comments desc, position
)

select * from filled
