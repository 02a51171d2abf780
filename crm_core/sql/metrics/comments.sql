-- Grain: survey answer of the period with a comment. Inputs: answer_mart, customer_mart.
-- What people wrote, lowest scores first, the newest of them first; comments without a score come last; `total`
-- counts all that match the search.
with written as (
    select
        answer_key as answer,
        answered_on,
        nps as score,
        attitude,
        channel,
        customer_id,
        trim(comment) as comment
    from answer_mart
    where (answered_on between $start_on and $end_on or ($with_undated and answered_on is null))
        and ($channel is null or channel = $channel)
        and ($attitude is null or attitude = $attitude)
        and trim(comment) <> ''
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
