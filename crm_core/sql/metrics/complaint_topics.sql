-- Grain: topic of a complaint as it is told, NULL: none told. Input: period_complaints.
-- What the complaints of the period are about, how many are closed, and how many complainers came back.
with counted as (
    select
        topic,
        count(*) as complaints,
        count(*) filter (where is_closed) as closed,
        count(*) filter (where is_mature) as mature,
        count(*) filter (where is_mature and is_recovered) as recovered
    from period_complaints($start_on, $end_on, $as_of, $channel, 'period')
    group by topic
    order by complaints desc, topic
)

select * from counted
