-- Grain: survey answer of the period and channel.
-- Inputs: answer_mart.
-- Every answer of the period, with the marks that let an identified respondent count once, with the latest valid answer
-- (anonymous answers each count). Undated answers belong to no bucket and are taken only where with_undated is set.
create or replace macro period_answers(start_on, end_on, channel_key, grain, per_channel, with_undated) as table
with answers as (
    select
        answer_key,
        customer_id,
        submitted_at,
        channel,
        nps,
        attitude,
        recommended,
        is_nps_asked and nps is null and nps_text is null as is_blank,
        is_nps_asked and nps is null and nps_text is not null as is_invalid,
        greatest(bucket_start(answered_on, grain), start_on) as bucket,
        coalesce(customer_id, answer_key) as respondent,
        case when per_channel then channel end as own_channel
    from answer_mart
    where (answered_on between start_on and end_on or (with_undated and answered_on is null))
        and (channel_key is null or channel = channel_key)
),

ranked as (
    select
        *,
        row_number() over (
            partition by bucket, own_channel, customer_id is null, respondent, nps is not null
            order by submitted_at desc nulls last, answer_key desc
        ) as nps_rank,
        row_number() over (
            partition by bucket, own_channel, customer_id is null, respondent, recommended is not null
            order by submitted_at desc nulls last, answer_key desc
        ) as recommended_rank
    from answers
),

marked as (
    select
        *,
        nps is not null and nps_rank = 1 as is_score,
        recommended is not null and recommended_rank = 1 as is_referral_answer
    from ranked
)

select * from marked;
