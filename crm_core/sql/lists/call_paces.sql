-- Grain: one row. Input: period_contacts.
-- How many calls the log of the last four weeks tells of, and in how many hours: an hour of the clock in which a person called.
select
    count(*) as calls,
    count(distinct struct_pack(who := coalesce(agent, ''), hour := date_trunc('hour', contacted_at))) as hours
from period_contacts($day - 27, $day, $day, null, 'period')
where is_tried and has_time
