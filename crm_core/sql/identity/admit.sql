-- Inputs: used_identities, identity_sets, identities. Identities that came into use get a row; whose they are follows.
-- Leaves admitted_identities.
create or replace temp table admitted_identities as
select identity_key from used_identities where identity_key not in (select identity_key from identities);

insert into identities
select identity_sets.*, null as customer_id
from identity_sets
semi join admitted_identities using (identity_key);
