-- Service records (questions and complaints) and activity (posts, clicks, opens …): their versions and marts.
-- Days and times are shop time.

-- Grain: one service record as one import told it.
create table service_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    service_key varchar not null,
    identity_key varchar,                   -- NULL: no identifier in the file
    case_id varchar,                        -- NULL where the file has no case numbers
    order_id varchar,
    opened_at timestamp,
    closed_at timestamp,
    channel varchar,
    topic varchar,
    case_status varchar,                    -- the word of the file
    is_closed boolean,                      -- NULL where the file does not tell
    is_complaint boolean,                   -- NULL where the file does not tell
    note varchar,
    row_count bigint not null,
    content_hash hugeint not null
);

-- Grain: one row of an activity file as one import told it.
create table activity_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    activity_key varchar not null,
    identity_key varchar,                   -- NULL: no identifier in the file
    channel varchar,
    subject varchar,                        -- the post, mailing or campaign
    actions struct(action varchar, acted_at timestamp, action_count decimal(18, 4))[] not null,  -- those with a count of 0 did not happen
    row_count bigint not null,
    content_hash hugeint not null
);

-- Grain: service record.
create table service_mart (
    service_key varchar not null,
    customer_id varchar,                    -- NULL: nobody is known, by identifier or by order number
    case_id varchar,
    order_id varchar,
    opened_at timestamp,
    opened_on date,
    closed_at timestamp,
    closed_on date,
    channel varchar,
    topic varchar,
    case_status varchar,
    is_closed boolean,
    is_complaint boolean,
    note varchar
);

-- Grain: interaction (row of an activity file x action).
create table activity_mart (
    activity_key varchar not null,
    action_no integer not null,             -- 1 unless the row tells of several actions
    customer_id varchar,
    acted_at timestamp,
    acted_on date,
    channel varchar,
    subject varchar,
    action varchar,                         -- post | comment | click | open …, or the word of the file; NULL where it tells none
    action_count decimal(18, 4) not null    -- greater than 0
);
