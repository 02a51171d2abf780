-- Grain: identity. Inputs: decided_identities; $decision_id. Leaves decided_about: whose records a decision is about.
create or replace temp table decided_about as
select distinct identity_key from decided_identities where decision_id = $decision_id;
