-- What the shop's people want to remember of a customer.

-- Grain: note.
create table customer_notes (
    note_id integer primary key,
    note varchar not null,
    author varchar not null,                -- who, as entered; of the latest wording
    noted_at timestamp not null,            -- UTC
    changed_at timestamp                    -- UTC; NULL: as it was first written
);

-- Grain: note x identifier of the customer it is about. Customer ids come and go with files and decisions, identifiers stay:
-- a note is everybody's who has one of them now.
create table note_identifiers (
    note_id integer not null,
    kind varchar not null,                  -- account | email | phone | person, as in decision_identifiers
    identifier varchar not null
);
