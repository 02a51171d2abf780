-- Grain: touched identity that a current record carries. Inputs: touched_identities, the current versions.
create or replace temp table used_identities as
select identity_key from current_orders where identity_key in (select identity_key from touched_identities)
union
select identity_key from current_customers where identity_key in (select identity_key from touched_identities)
union
select identity_key from current_answers where identity_key in (select identity_key from touched_identities)
union
select identity_key from current_service where identity_key in (select identity_key from touched_identities)
union
select identity_key from current_activity where identity_key in (select identity_key from touched_identities)
union
select identity_key from current_contacts where identity_key in (select identity_key from touched_identities);
