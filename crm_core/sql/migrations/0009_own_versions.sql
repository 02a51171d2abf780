-- Two exports of one platform may tell of the same order; the one brought in later takes over what the other adds. Here is what it
-- told by itself, so that an undo of the other one brings exactly that back.

-- Grain: order version that took something over.
create table own_versions (
    version_id bigint not null,             -- the order with what was taken over
    own_version_id bigint not null,         -- the order as its own export told it; a version that nothing sights
    own_event_at timestamp                  -- the latest thing that its own export told
);
