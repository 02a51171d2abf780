-- Grain: customer with a contact in the last days; {of}: within_days (0: whenever). Input: contacts_until.
-- How many contacts, how long ago the last was, and what came of it. What only tells a wish is no contact.
select
    customer_id, count(*) as contacts, ($question).as_of - max(contacted_on) as contacted_days,
    arg_max(outcome, (contacted_at, contact_key)) as outcome
from contacts_until(($question).as_of)
where channel is not null and outcome is distinct from 'allowed'
    and (({of}).within_days = 0 or contacted_on > ($question).as_of - ({of}).within_days)
group by customer_id
