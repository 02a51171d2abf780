-- What a person decided about who is who. Nothing of it is ever deleted: a decision is in force until it is undone.

-- Grain: decision.
create table identity_decisions (
    decision_id integer primary key,
    action varchar not null,                -- merge | apart | set_aside | trust
    reason varchar not null,
    decided_by varchar not null,
    decided_at timestamp not null,          -- UTC
    undone_by varchar,
    undone_at timestamp
);

-- Grain: decision x identifier that it names. A customer is named by every identifier it had then, so that the decision holds
-- when one of them goes or another one comes.
create table decision_identifiers (
    decision_id integer not null,
    side integer not null,                  -- 1 | 2: of which of the two customers; 1 where the decision is of one identifier
    kind varchar not null,                  -- account | email | phone | person (address and name of someone on a shared address)
    identifier varchar not null             -- as identities tell it
);

-- NULL: whose records these are is not decided yet, or nobody can tell: they have nothing but an address that many use, and no name.
alter table identities alter column customer_id drop not null;
