-- Grain: one row for the file. Input: staged_activity. What loading the file would bring, in shop terms.
with entries as (
    select identity_key, unnest(actions) as entry from staged_activity
),

interactions as (
    select identity_key, entry.acted_at as acted_at, entry.action_count as action_count
    from entries
    where entry.action_count > 0
),

rows_told as (
    select count(*) as records, count(*) filter (identity_key is null) as anonymous from staged_activity
),

facts as (
    select
        coalesce(sum(action_count), 0)::bigint as interactions,
        min(acted_at)::date as first_on,
        max(acted_at)::date as last_on
    from interactions
)

select * from rows_told cross join facts;
