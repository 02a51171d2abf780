-- How a customer heard of the shop (METRICS §6 and §7): as the member record tells, else as the latest answer does.

-- Grain: customer with an answer that tells it, up to the as-of date. Input: answer_mart. What the latest of them says.
create or replace macro sources_answered(as_of) as table
with told as (
    select
        customer_id,
        trim(arg_max(source_heard, (coalesce(submitted_at, '-infinity'::timestamp), answer_key))) as source_heard
    from answer_mart
    where customer_id is not null and trim(source_heard) <> '' and (answered_on is null or answered_on <= as_of)
    group by customer_id
)

select * from told;

-- Grain: a scalar. Inputs: what the member record and what the latest answer says, each NULL where it does not tell.
create or replace macro source_of(recorded, answered) as coalesce(nullif(trim(recorded), ''), answered);
