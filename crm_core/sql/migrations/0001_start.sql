-- The shop's database: what was imported (append-only versions), who is who, and the marts built from both.
-- Money is DECIMAL(18, 4) in the shop's reporting currency; days and times are shop time.

create table settings (name varchar primary key, value varchar not null);

-- One row per accepted upload. rows_read = rows_loaded + rows_unchanged + rows_rejected.
create table imports (
    import_id integer primary key,
    kind varchar not null,                  -- orders | customers | survey
    file_name varchar not null,
    sha256 varchar not null,
    platform varchar not null,              -- key of the platform file, 'generic' where none fits
    encoding varchar,
    sheet varchar,
    shape varchar,
    mapping varchar not null,               -- the mapping used, as JSON
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_unchanged bigint not null,
    rows_rejected bigint not null,
    order_count bigint not null,
    customer_count bigint not null,
    revenue decimal(18, 4) not null,
    first_on date,
    last_on date,
    problem_counts varchar not null,        -- [{rule, severity, count, example}] as JSON
    is_sample boolean not null,
    imported_by varchar not null,
    imported_at timestamp not null,         -- UTC
    undone_at timestamp
);

-- One row per problem found in a file: every rejected row, and the first ones of each warning.
create table import_problems (
    import_id integer not null,
    rule varchar not null,
    severity varchar not null,              -- rejected | warning
    row_number bigint not null,             -- as the spreadsheet counts: the header row has a number too
    column_name varchar,                    -- the heading in the file
    value varchar,
    raw_row varchar not null                -- the whole row as JSON, so that it can be handed back
);

-- The mapping a person confirmed, by header signature.
create table saved_mappings (
    header_signature varchar primary key,
    kind varchar not null,
    mapping varchar not null,
    saved_at timestamp not null
);

-- Every status word that was ever seen or is known, and what it means. The owner may change the meaning.
create table status_words (
    field varchar not null,                 -- status | payment_status | fulfil_status | return_status
    word varchar not null,                  -- normalised text of the cell
    meaning varchar not null,               -- valid | unpaid | cancelled | refunded | partially_refunded | neutral
    origin varchar not null,                -- built_in | guessed | unknown | owner
    primary key (field, word)
);

-- Grain: one order as one import told it.
create table order_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    order_key varchar not null,
    channel varchar not null,
    order_id varchar,                       -- NULL where the file has no order numbers
    identity_key varchar,                   -- NULL: anonymous
    ordered_at timestamp not null,
    has_time boolean not null,
    status varchar,
    payment_status varchar,
    fulfil_status varchar,
    return_status varchar,
    is_cancelled boolean not null,          -- the file has a cancellation time
    city varchar,
    coupon varchar,
    order_total decimal(18, 4),
    goods_amount decimal(18, 4) not null,   -- what the customer pays for goods, before refunds
    refund_amount decimal(18, 4) not null,  -- of goods, never more than goods_amount
    quantity decimal(18, 4) not null,
    has_sale_line boolean not null,         -- a line with positive quantity and positive price
    row_count bigint not null,
    content_hash hugeint not null
);

-- Grain: one line of such an order.
create table order_line_versions (
    version_id bigint not null,             -- of the order
    line_no integer not null,
    product_key varchar,
    variant varchar,
    line_type varchar not null,             -- goods | gift | add_on
    quantity decimal(18, 4) not null,
    quantity_returned decimal(18, 4) not null,
    unit_price decimal(18, 4),
    net_amount decimal(18, 4) not null      -- its part of goods_amount - refund_amount
);

-- Grain: product x import. What an import calls a product.
create table product_names (
    import_id integer not null,
    product_key varchar not null,
    name varchar,
    sku varchar,
    category varchar,
    named_at timestamp                      -- of the newest line that names it
);

-- Grain: one customer record as one import told it.
create table customer_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    customer_key varchar not null,
    identity_key varchar not null,
    source_order bigint not null,           -- row number, to tell the newer of two records of one import
    name varchar, birthday date, gender varchar, city varchar, joined_on date, tier varchar,
    consent_email boolean, consent_sms boolean, consent_line boolean,
    tags varchar, source_heard varchar,
    row_count bigint not null,
    content_hash hugeint not null
);

-- Grain: one survey answer as one import told it.
create table answer_versions (
    version_id bigint not null,             -- unique within the table, later versions have greater ones
    answer_key varchar not null,
    identity_key varchar,
    response_id varchar,
    submitted_at timestamp,
    channel varchar,
    order_id varchar,
    nps smallint,                           -- 0..10, NULL where blank or not valid
    nps_text varchar,                       -- the cell, where it was not blank
    is_nps_asked boolean not null,          -- the file has an NPS question
    satisfaction double,
    satisfaction_scale smallint,            -- 5 or 10
    comment varchar,
    recommended boolean,
    source_heard varchar,
    contact_consent boolean,
    answers varchar not null,               -- {question: value} as JSON, every column of the file
    row_count bigint not null,
    content_hash hugeint not null
);

-- Which import saw which record, and which version holds its content (an unchanged record is stored once).
create table sightings (
    kind varchar not null,
    record_key varchar not null,
    import_id integer not null,
    version_id bigint not null
);

-- The newest sighting of every record among the imports that are not undone.
create table current_records (kind varchar not null, record_key varchar not null, version_id bigint not null);

-- Grain: one distinct set of identifiers that any version ever carried.
create table identity_sets (
    identity_key varchar primary key,
    account varchar,                        -- member number or marketplace account, with the space that issued it
    email varchar,
    phone varchar,                          -- E.164
    name varchar
);

-- Grain: one set of identifiers that a current record carries, and the customer it belongs to.
create table identities (
    identity_key varchar primary key,
    account varchar,
    email varchar,
    phone varchar,
    name varchar,
    customer_id varchar not null
);
