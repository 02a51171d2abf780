-- Grain: one row. Inputs: contact_entries, campaigns. What changes with every contact that is entered and every campaign that is
-- frozen or stopped: these are written beside the data, and lists depend on them.
select
    (select count(*) || ' ' || coalesce(sum(hash(entry_id, contacted_at, channel, outcome, source, agent)), 0) from contact_entries)
    || ' ' || (select count(*) || ' ' || count(stopped_at) from campaigns) as work_version
