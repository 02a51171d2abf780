-- Inputs: used_identities, identity_sets, identities. Identities that came into use get a row; whose they are follows.
insert into identities
select identity_sets.*, '' as customer_id
from identity_sets
semi join used_identities using (identity_key)
where identity_key not in (select identity_key from identities);
