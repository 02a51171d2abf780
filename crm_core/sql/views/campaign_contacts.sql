-- How the contact work of campaigns stands (METRICS §8).

-- Grain: contact for a campaign in force up to a day. Inputs: campaign_people, campaigns, contacts_until.
-- A contact with somebody who is to be contacted, through the campaign's channel, from its first to its last day. That
-- somebody may be contacted again is a wish, no contact.
create or replace macro campaign_contacts(day) as table
select person.campaign_id, person.customer_id, contact.contacted_on, contact.outcome
from campaign_people() as person
inner join campaigns on person.campaign_id = campaigns.campaign_id
inner join contacts_until(day) as contact
    on person.customer_id = contact.customer_id
    and campaigns.channel = contact.channel
    and contact.contacted_on between starts_on and starts_on + window_days
where not is_held_out and outcome is distinct from 'allowed';

-- What came of several contacts with one person, by the list of their outcomes: the one that tells most. An outcome that is
-- not told is NULL in the list; without a contact the list is empty.
create or replace macro contact_state(outcomes) as case
    when coalesce(len(outcomes), 0) = 0 then 'not_yet'
    when list_contains(outcomes, 'refused') then 'refused'
    when list_contains(outcomes, 'reached') then 'reached'
    when list_contains(outcomes, 'sent') then 'sent'
    when list_contains(outcomes, 'invalid') then 'invalid'
    when list_contains(outcomes, 'not_reached') then 'not_reached'
    else 'untold'
end;

-- Grain: campaign in force x customer to contact. Inputs: campaign_people, campaign_contacts. How far the contact is on a day.
create or replace macro campaign_states(day) as table
with outcomes as (
    select campaign_id, customer_id, list(outcome) as outcomes
    from campaign_contacts(day)
    group by campaign_id, customer_id
)

select person.campaign_id, person.customer_id, contact_state(outcomes) as state
from campaign_people() as person
left join outcomes on person.campaign_id = outcomes.campaign_id and person.customer_id = outcomes.customer_id
where not is_held_out;
