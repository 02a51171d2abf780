-- The work with lists: saved lists, who was contacted and what came of it, campaigns with a hold-out, what was exported.
-- Customer ids come and go with files and decisions, identifiers stay: what is kept of a person is kept by identifiers.

-- Grain: contact as one import told it.
create table contact_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    contact_key varchar not null,
    identity_key varchar,                   -- NULL: no identifier in the file
    contacted_at timestamp,
    has_time boolean not null,
    channel varchar,                        -- phone | sms | email | line, or the word of the file
    outcome varchar,                        -- reached | not_reached | refused | invalid | sent | allowed, NULL: not said
    outcome_text varchar,                   -- the word of the file where it is not known
    source varchar,                         -- the list or campaign it was made for, as the file says
    reason varchar,
    product varchar,                        -- in use, as the customer says
    note varchar,
    agent varchar,
    address varchar,                        -- the phone number or e-mail address that was tried
    row_count bigint not null,
    content_hash hugeint not null
);

-- Grain: contact that a file told of.
create table contact_mart (
    contact_key varchar not null,
    customer_id varchar,                    -- NULL: the file names nobody
    contacted_at timestamp not null,
    contacted_on date not null,
    has_time boolean not null,
    is_day_told boolean not null,           -- otherwise the day is that of the first file
    channel varchar,
    outcome varchar,
    source varchar,
    reason varchar,
    product varchar,
    note varchar,
    agent varchar,
    address varchar                         -- the phone number or e-mail address that the record names
);

-- Grain: contact entered on screen.
create table contact_entries (
    entry_id integer primary key,
    contacted_at timestamp not null,        -- shop time
    channel varchar,                        -- NULL with an outcome refused or allowed: every channel
    outcome varchar not null,
    source varchar,
    reason varchar,
    product varchar,
    note varchar,
    agent varchar not null,
    address varchar,
    entered_at timestamp not null           -- UTC
);

-- Grain: contact entered on screen x identifier of the customer it was with.
create table contact_entry_identifiers (entry_id integer not null, kind varchar not null, identifier varchar not null);

-- Grain: list that somebody built and saved. It holds whom its conditions fit when it is opened.
create table saved_lists (
    list_id integer primary key,
    name varchar not null,
    conditions varchar not null,            -- the tree as JSON (crm_core.lists.conditions)
    saved_by varchar not null,
    saved_at timestamp not null,            -- UTC
    changed_at timestamp                    -- UTC
);

-- Grain: campaign, a list frozen on a day.
create table campaigns (
    campaign_id integer primary key,
    name varchar not null,
    source varchar not null,                -- the list it was made of, as its address names it
    channel varchar not null,               -- phone | sms | email | line
    starts_on date not null,                -- the day of the contact; purchases from this day on count
    window_days integer not null,           -- purchases until so many days after it count
    cost decimal(18, 4) not null,
    margin double,                          -- share of revenue that is profit; NULL: not known
    holdout_share double not null,
    seed bigint not null,
    as_of date not null,                    -- the list was that of this day
    frozen_by varchar not null,
    frozen_at timestamp not null,           -- UTC
    stopped_at timestamp                    -- UTC; NULL: it counts
);

-- Grain: member of a campaign.
create table campaign_members (campaign_id integer not null, member_no integer not null, is_held_out boolean not null);

-- Grain: member of a campaign x identifier.
create table campaign_identifiers (
    campaign_id integer not null,
    member_no integer not null,
    kind varchar not null,
    identifier varchar not null
);

-- Grain: file that left.
create table exports (
    export_id integer primary key,
    exported_at timestamp not null,         -- UTC
    exported_by varchar not null,
    source varchar not null,                -- the list as its address names it
    name varchar not null,                  -- as it was called on screen
    layout varchar not null,
    file_format varchar not null,           -- csv | xlsx
    channel varchar,
    columns varchar[] not null,
    customer_count bigint not null,
    left_out varchar not null               -- {reason: customers} as JSON
);

-- The columns that were chosen last, by list and layout.
create table chosen_columns (source varchar primary key, columns varchar[] not null);
