-- Grain: customer with an item that is due; {of}: windows (structs of kind, item_key, from_days, to_days). Input: items_due.
-- Whoever bought an item last so many days ago and not since; the one due longest.
select customer_id, true as is_due from items_due(($question).as_of, ({of}).windows)
