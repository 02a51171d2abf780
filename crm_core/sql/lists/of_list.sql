-- Grain: member of one ready-made list. Input: list_memberships.
select * from list_memberships($question, $limits) where list_contains(list_keys, $list_key)
