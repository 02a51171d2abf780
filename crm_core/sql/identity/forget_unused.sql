-- Inputs: touched_identities, used_identities. An identity that no current record carries any more is nobody: it must not hold
-- two customers together.
delete from identities
where identity_key in (select identity_key from touched_identities)
    and identity_key not in (select identity_key from used_identities);
