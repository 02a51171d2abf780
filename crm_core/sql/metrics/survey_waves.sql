-- Grain: survey wave with an answer in the period. Inputs: answer_waves, answer_mart, activity_mart, customer_mart.
-- The valid scores of each wave, where a known respondent counts once with the latest one, and how many of those who could
-- answer did. Invited is known only where the activity file tells who was sent a survey: from 14 days before the wave to its
-- last day. Reachable are the customers known by the first day of the wave with an e-mail address or a phone number.
with waves as (
    select wave_on, max(answered_on) as last_on
    from answer_waves($end_on)
    group by wave_on
),

answers as (
    select
        wave_on, customer_id, nps, attitude,
        row_number() over (
            partition by wave_on, customer_id is null, coalesce(customer_id, answer_key), nps is not null
            order by submitted_at desc nulls last, answer_key desc
        ) as newest_first
    from answer_mart
    inner join answer_waves($end_on) as day_waves on answer_mart.answered_on = day_waves.answered_on
    where answer_mart.answered_on >= $start_on and ($channel is null or channel = $channel)
),

scores as (
    select
        wave_on,
        count(*) filter (where nps is not null and newest_first = 1) as answers,
        count(*) filter (where newest_first = 1 and attitude = 'promoter') as promoters,
        count(*) filter (where newest_first = 1 and attitude = 'passive') as passives,
        count(*) filter (where newest_first = 1 and attitude = 'detractor') as detractors,
        count(distinct customer_id) as respondents
    from answers
    group by wave_on
),

sends as (
    select distinct waves.wave_on, activity_mart.customer_id
    from waves
    inner join activity_mart
        on activity_mart.action = 'send' and activity_mart.acted_on between waves.wave_on - 14 and waves.last_on
    where activity_mart.customer_id is not null
        and regexp_matches(lower(activity_mart.subject), '問卷|調查|滿意度|意見|survey|questionnaire|feedback|\bnps\b')
),

invitations as (
    select
        sends.wave_on,
        count(*) as invited,
        count(*) filter (where respondents.customer_id is not null) as invited_respondents
    from sends
    left join (select distinct wave_on, customer_id from answers) as respondents
        on sends.wave_on = respondents.wave_on and sends.customer_id = respondents.customer_id
    group by sends.wave_on
),

-- Known without a day of joining or buying: known always.
known_by_day as (
    select coalesce(least(first_on, joined_on), '-infinity'::date) as known_on, count(*) as customers
    from customer_mart
    where email is not null or phone is not null
    group by known_on
),

reachable as (
    select waves.wave_on, sum(known_by_day.customers)::bigint as reachable
    from waves
    inner join known_by_day on known_by_day.known_on < waves.wave_on
    group by waves.wave_on
),

told as (
    select
        waves.wave_on as start,
        waves.last_on as "end",
        answers, promoters, passives, detractors, respondents, invited, invited_respondents,
        invited_respondents / nullif(invited, 0) as response_rate,
        coalesce(reachable, 0) as reachable,
        respondents / nullif(reachable, 0) as reachable_share
    from scores
    inner join waves using (wave_on)
    left join invitations using (wave_on)
    left join reachable using (wave_on)
    order by start
)

select * from told
