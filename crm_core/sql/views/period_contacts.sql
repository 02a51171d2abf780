-- Grain: contact of the period, with whomever. Inputs: contact_mart, contact_entries. What files told and what was entered on screen.
-- A call was tried where what came of it is told; it reached somebody where somebody was spoken to, also one who wants no more
-- calls. `channel` is the way of the contact, not of a sale. A contact entered on screen counts once, whoever it is about.
create or replace macro period_contacts(start_on, end_on, as_of, channel_key, grain) as table
with told as (
    select
        contact_key, customer_id, contacted_at, contacted_on, has_time, is_day_told, channel, outcome, source, reason, product, agent
    from contact_mart
    union all by name
    select
        'entered ' || entry_id as contact_key, null::varchar as customer_id, contacted_at, contacted_at::date as contacted_on,
        true as has_time, true as is_day_told, channel, outcome, source, reason, product, nullif(agent, '') as agent
    from contact_entries
    where channel is not null and outcome <> 'allowed'
),

judged as (
    select
        *,
        greatest(bucket_start(contacted_on, grain), start_on) as bucket,
        coalesce(channel = 'phone' and outcome in ('reached', 'not_reached', 'refused', 'invalid'), false) as is_tried,
        coalesce(channel = 'phone' and outcome in ('reached', 'refused'), false) as is_reached
    from told
    where contacted_on between start_on and least(end_on, as_of) and (channel_key is null or channel = channel_key)
)

select * from judged;
