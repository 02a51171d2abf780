-- What tells which of several imports knows an order best: the latest thing that happened to the order (paid, sent, completed),
-- and the days that the export covers, or the day on which a person says it was exported.
alter table sightings add column event_at timestamp;

alter table imports add column data_from timestamp;

alter table imports add column data_until timestamp;

update imports set data_from = first_on, data_until = last_on where kind = 'orders';
