-- Grain: saved list. Input: saved_lists. By name, then in the order they were saved.
select list_id, name, conditions, saved_by, saved_at, changed_at
from saved_lists
order by lower(name), list_id
