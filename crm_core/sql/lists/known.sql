-- Grain: customer known on the as-of date, with or without a purchase; with a channel, who came by it until then.
-- Inputs: customer_mart, and the sources of {{joins}}, models of sql/facts. {{rule}} is what the conditions say, true or false for
-- each of them; {{selected}} is the customer, or how many customers fulfil each condition.
select {selected}
from (
    select customer_id
    from customer_mart
    where (least(first_on, joined_on) <= ($question).as_of or (first_on is null and joined_on is null))
        and (($question).channel is null or (first_channel = ($question).channel and first_on <= ($question).as_of))
) as known
{joins}
where {rule}
