-- Inputs: renamed_identities and the current records. Adds to the touched records what stood there as anonymous and is somebody's
-- now: no mart finds it by its customer.
insert into touched_orders
select order_key from current_orders
where identity_key in (select identity_key from renamed_identities) and order_key not in (select order_key from touched_orders);

insert into touched_answers
select answer_key from current_answers
where identity_key in (select identity_key from renamed_identities) and answer_key not in (select answer_key from touched_answers);

insert into touched_activity
select activity_key from current_activity
where identity_key in (select identity_key from renamed_identities) and activity_key not in (select activity_key from touched_activity);

insert into touched_contacts
select contact_key from current_contacts
where identity_key in (select identity_key from renamed_identities) and contact_key not in (select contact_key from touched_contacts);
