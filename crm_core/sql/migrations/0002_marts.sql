-- The marts: tables, refreshed in the transaction of the load for the customers touched. A full rebuild gives the same content.

-- Grain: order document (order or stand-alone return).
create table order_mart (
    order_key varchar not null,
    channel varchar not null,
    order_id varchar,
    customer_id varchar,                    -- NULL: anonymous
    ordered_at timestamp not null,
    ordered_on date not null,
    status varchar not null,                -- valid | unpaid | cancelled | refunded | adjustment
    is_counted boolean not null,            -- a counted order (METRICS §1)
    is_adjustment boolean not null,         -- a stand-alone return: changes revenue, is no order
    net_amount decimal(18, 4) not null,     -- 0 unless counted or adjustment
    refund_amount decimal(18, 4) not null,
    quantity decimal(18, 4) not null,
    coupon varchar,
    city varchar,
    purchase_no integer,                    -- of the customer's purchase this order belongs to; NULL unless counted and identified
    is_repurchase boolean not null,         -- purchase_no >= 2
    gap_days integer                        -- days since the customer's previous purchase
);

-- Grain: customer x shop day with a counted order.
create table purchase_mart (
    customer_id varchar not null,
    purchased_on date not null,
    purchase_no integer not null,
    gap_days integer,                       -- since the previous purchase, NULL for the first
    next_on date,                           -- day of the next purchase, NULL for the last
    order_count integer not null,
    net_amount decimal(18, 4) not null,
    net_so_far decimal(18, 4) not null,     -- of this and all earlier purchases of the customer
    channel varchar not null                -- of the day's first order
);

-- Grain: line of a counted order or of a stand-alone return.
create table order_line_mart (
    order_key varchar not null,
    line_no integer not null,
    customer_id varchar,
    channel varchar not null,
    ordered_on date not null,
    product_key varchar,
    is_ranked boolean not null,             -- goods with a positive quantity and price: gifts and free lines are kept, not ranked
    quantity decimal(18, 4) not null,
    net_amount decimal(18, 4) not null,
    purchase_no integer
);

-- Grain: customer x product x shop day, ranked lines of identified counted orders only.
create table product_purchase_mart (
    customer_id varchar not null,
    product_key varchar not null,
    purchased_on date not null,
    purchase_no integer not null,           -- of the customer's purchase
    product_purchase_no integer not null,   -- ordinal of this product for this customer
    gap_days integer,                       -- since this customer's previous purchase of this product
    next_on date,                           -- the next purchase of this product
    quantity decimal(18, 4) not null,
    net_amount decimal(18, 4) not null
);

-- Grain: product.
create table product_mart (product_key varchar not null, sku varchar, name varchar not null, category varchar);

-- Grain: customer, with or without a purchase. first_* are of purchase 1, NULL where there is none.
create table customer_mart (
    customer_id varchar not null,
    name varchar, email varchar, phone varchar, city varchar, gender varchar,
    birthday date, joined_on date, tier varchar, tags varchar, source_heard varchar,
    consent_email boolean, consent_sms boolean, consent_line boolean,
    has_line boolean not null,              -- a LINE consent is on record, the only usable LINE address so far
    first_on date,
    first_channel varchar,
    purchase_count integer not null,
    last_on date
);

-- Grain: survey answer.
create table answer_mart (
    answer_key varchar not null,
    customer_id varchar,
    submitted_at timestamp,
    answered_on date,
    channel varchar,
    nps smallint,
    attitude varchar,                       -- promoter | passive | detractor, NULL where nps is
    is_nps_asked boolean not null,          -- the file has an NPS question
    nps_text varchar,
    satisfaction double,
    satisfaction_scale smallint,
    comment varchar,
    recommended boolean,
    source_heard varchar,
    contact_consent boolean,
    answers varchar not null
);
