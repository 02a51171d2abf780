-- Grain: survey answer of the period with a comment. Inputs: written_comments, comment_theme_pairs, customer_mart.
-- What people wrote, lowest scores first, the newest of them first; comments without a score come last; `total`
-- counts all that match the search. A theme keeps the comments that speak of it.
with of_theme as (
    select answer_key
    from comment_theme_pairs($start_on, $end_on, $channel, $with_undated)
    where $theme is not null and theme = $theme
),

written as (
    select
        answer_key as answer,
        answered_on,
        nps as score,
        attitude,
        channel,
        customer_id,
        comment
    from written_comments($start_on, $end_on, $channel, $with_undated)
    where ($attitude is null or attitude = $attitude)
        and ($theme is null or answer_key in (select answer_key from of_theme))
),

named as (
    select
        written.answer,
        written.answered_on,
        written.score,
        written.attitude,
        written.channel,
        written.customer_id,
        customer_mart.name,
        written.comment
    from written
    left join customer_mart on written.customer_id = customer_mart.customer_id
),

found as (
    select *, count(*) over () as total
    from named
    where $search is null or contains(lower(comment), $search) or contains(lower(name), $search)
    order by score nulls last, answered_on desc nulls last, answer
    limit $row_limit offset $row_offset
)

select * from found
