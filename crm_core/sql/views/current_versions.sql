-- The current state: every record as its newest active import told it, taken whole (DESIGN §4).
create or replace view current_orders as
select order_versions.*
from order_versions
inner join current_records
    on current_records.kind = 'orders'
    and current_records.version_id = order_versions.version_id;

create or replace view current_customers as
select customer_versions.*
from customer_versions
inner join current_records
    on current_records.kind = 'customers'
    and current_records.version_id = customer_versions.version_id;

create or replace view current_answers as
select answer_versions.*
from answer_versions
inner join current_records
    on current_records.kind = 'survey'
    and current_records.version_id = answer_versions.version_id;

create or replace view current_service as
select service_versions.*
from service_versions
inner join current_records
    on current_records.kind = 'service'
    and current_records.version_id = service_versions.version_id;

create or replace view current_activity as
select activity_versions.*
from activity_versions
inner join current_records
    on current_records.kind = 'activity'
    and current_records.version_id = activity_versions.version_id;

create or replace view current_contacts as
select contact_versions.*
from contact_versions
inner join current_records
    on current_records.kind = 'contacts'
    and current_records.version_id = contact_versions.version_id;
