-- Grain: customer whose last calls reached nobody; {of}: day, that of contact. Input: calls_in_vain. How many in a row.
select customer_id, failed_calls from calls_in_vain(({of}).day)
