-- Grain: member of one ready-made list. Input: list_members.
select customer_id from list_members($question, $limits, $list_key)
