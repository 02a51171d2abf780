-- A mapping that a person confirmed is a format of the shop's own: it has a name and the headings it is for.
alter table saved_mappings add column format_name varchar;
alter table saved_mappings add column headings varchar;   -- JSON list, in the order of the file
