-- The current state: every record as its newest active import told it, taken whole (DESIGN §4).
create or replace view current_orders as
select order_versions.*
from order_versions
inner join current_records
    on current_records.kind = 'orders'
    and current_records.record_key = order_versions.order_key
    and current_records.version_id = order_versions.import_id;

create or replace view current_order_lines as
select order_line_versions.*
from order_line_versions
inner join current_records
    on current_records.kind = 'orders'
    and current_records.record_key = order_line_versions.order_key
    and current_records.version_id = order_line_versions.import_id;

create or replace view current_customers as
select customer_versions.*
from customer_versions
inner join current_records
    on current_records.kind = 'customers'
    and current_records.record_key = customer_versions.customer_key
    and current_records.version_id = customer_versions.import_id;

create or replace view current_answers as
select answer_versions.*
from answer_versions
inner join current_records
    on current_records.kind = 'survey'
    and current_records.record_key = answer_versions.answer_key
    and current_records.version_id = answer_versions.import_id;
