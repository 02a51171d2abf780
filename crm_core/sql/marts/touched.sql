-- Inputs: touched_records (kind, record_key). The records of each kind that changed, and the identities that any version of
-- them ever carried: the old ones too, since a person may have lost a record.
create or replace temp table touched_orders as
select record_key as order_key from touched_records where kind = 'orders';

create or replace temp table touched_answers as
select record_key as answer_key from touched_records where kind = 'survey';

create or replace temp table touched_service as
select record_key as service_key from touched_records where kind = 'service';

create or replace temp table touched_activity as
select record_key as activity_key from touched_records where kind = 'activity';

create or replace temp table touched_contacts as
select record_key as contact_key from touched_records where kind = 'contacts';

create or replace temp table touched_identities as
select identity_key from order_versions semi join touched_orders using (order_key) where identity_key is not null
union
select identity_key from answer_versions semi join touched_answers using (answer_key) where identity_key is not null
union
select identity_key from service_versions semi join touched_service using (service_key) where identity_key is not null
union
select identity_key from activity_versions semi join touched_activity using (activity_key) where identity_key is not null
union
select identity_key from contact_versions semi join touched_contacts using (contact_key) where identity_key is not null
union
select identity_key from customer_versions
where customer_key in (select record_key from touched_records where kind = 'customers');
