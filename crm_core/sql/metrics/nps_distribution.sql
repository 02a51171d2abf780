-- Grain: score 0..10. Input: period_answers.
-- How many valid answers of the period gave each score, every score listed.
with scores as (
    select nps as score, count(*) as answers
    from period_answers($start_on, $end_on, $channel, 'period', false, $with_undated)
    where is_score
    group by nps
),

possible as (
    select unnest(generate_series(0, 10)) as score
),

filled as (
    select
        possible.score,
        case when possible.score >= 9 then 'promoter' when possible.score >= 7 then 'passive' else 'detractor' end as attitude,
        coalesce(scores.answers, 0) as answers,
        scores.answers / nullif(sum(scores.answers) over (), 0) as share
    from possible
    left join scores on possible.score = scores.score
),

shared as (
    select
        score,
        attitude,
        answers,
        case when sum(answers) over () > 0 then coalesce(share, 0) end as share
    from filled
    order by score
)

select * from shared;
