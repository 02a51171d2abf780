-- Grain: customer with a contact in the last days; {of}: within_days (0: whenever) and day, that of contact. Inputs: contacts_until,
-- sent_messages, campaign_people, campaigns. How many contacts, how long ago the last was, and what came of the last that the log
-- tells of. What only tells a wish is no contact. A message of a file of activity is one that was sent. A campaign is one on its
-- day, unless there is one through its channel from then on.
with log as (
    select customer_id, contacted_on, contacted_at, contact_key, channel, outcome
    from contacts_until(({of}).day)
    where channel is not null and outcome is distinct from 'allowed'
),

made as (
    select * from log
    union all by name
    select * from sent_messages('log', '-infinity'::date, ({of}).day)
),

announced as (
    select person.customer_id, starts_on as contacted_on, campaigns.channel
    from campaign_people() as person
    inner join campaigns on person.campaign_id = campaigns.campaign_id
    where not is_held_out and starts_on <= ({of}).day
),

contacts as (
    select * from made
    union all by name
    select announced.*
    from announced
    anti join made
        on announced.customer_id = made.customer_id and announced.channel = made.channel and made.contacted_on >= announced.contacted_on
)

select
    customer_id, count(*) as contacts, ({of}).day - max(contacted_on) as contacted_days,
    arg_max(outcome, (contacted_at, contact_key)) filter (where outcome is not null) as outcome
from contacts
where ({of}).within_days = 0 or contacted_on > ({of}).day - ({of}).within_days
group by customer_id
