-- Inputs: new_owners, identities. Writes down whose records are whose now.
update identities set customer_id = new_owners.customer_id
from new_owners
where identities.identity_key = new_owners.identity_key
    and identities.customer_id is distinct from new_owners.customer_id;
