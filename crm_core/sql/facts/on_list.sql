-- Grain: customer on a ready-made list; {of}: list_key and the limits of the lists. Input: list_members.
select customer_id, true as is_on_list from list_members($question, {of}, ({of}).list_key)
