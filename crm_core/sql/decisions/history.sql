-- Grain: decision, the newest first. Inputs: identity_decisions, decision_identifiers.
-- What was decided, about which identifiers, by whom, why, and whether it was taken back.
with sides as (
    select
        decision_id,
        list({kind: kind, identifier: identifier} order by kind, identifier) filter (side = 1) as first_side,
        list({kind: kind, identifier: identifier} order by kind, identifier) filter (side = 2) as second_side
    from decision_identifiers
    group by decision_id
),

history as (
    select
        decision_id, action, reason, decided_by, decided_at, undone_by, undone_at,
        coalesce(first_side, []) as first_side, coalesce(second_side, []) as second_side
    from identity_decisions
    left join sides using (decision_id)
    where $decision_id is null or decision_id = $decision_id
    order by decision_id desc
)

select * from history
