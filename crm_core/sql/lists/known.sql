-- Grain: customer known on the as-of date, with or without a purchase; with a channel, who came by it until then.
-- Inputs: customer_mart, answer_mart, service_mart, and the sources of {{joins}}, models of sql/facts. {{rule}} is what the
-- conditions say, true or false for each of them; {{selected}} is the customer, or how many customers fulfil each condition.
-- Known is whoever had joined, bought, answered or complained by then; who has no day of joining or buying, always.
select {selected}
from (
    select customer_id
    from customer_mart
    where (
            least(first_on, joined_on) <= ($question).as_of or (first_on is null and joined_on is null)
            or customer_id in (select customer_id from answer_mart where answered_on <= ($question).as_of)
            or customer_id in (select customer_id from service_mart where opened_on <= ($question).as_of)
        )
        and (($question).channel is null or (first_channel = ($question).channel and first_on <= ($question).as_of))
) as known
{joins}
where {rule}
