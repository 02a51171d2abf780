-- Grain: customer on a ready-made list; {of}: list_key and the limits of the lists. Input: list_memberships.
select customer_id, true as is_on_list
from list_memberships($question, {of})
where list_contains(list_keys, ({of}).list_key)
