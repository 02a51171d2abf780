-- Grain: customer known on the as-of date, with or without a purchase; with a channel, who came by it until then.
-- Inputs: customer_mart, answer_mart, service_mart, and the sources of {{joins}}, models of sql/facts. {{rule}} is what the
-- conditions say, true or false for each of them; {{selected}} is the customer, or how many customers fulfil each condition.
-- Known is whoever had joined, bought, answered or complained by then; who has no day of joining or buying, always.
-- What the records of each say, and how long ago things were.
select {selected}
from (
    select
        customer_id, gender, city, trim(tier) as member_tier,
        case when first_on <= ($question).as_of then first_channel end as first_channel,
        case when date_sub('year', birthday, ($question).as_of) between 10 and 110
            then date_sub('year', birthday, ($question).as_of) end as age,
        case when joined_on <= ($question).as_of then ($question).as_of - joined_on end as joined_days,
        case when first_on <= ($question).as_of then ($question).as_of - first_on end as first_purchase_days,
        email is not null as has_email, phone is not null as has_phone, has_line,
        case consent_email when true then 'yes' when false then 'no' else 'unknown' end as consent_email,
        case consent_sms when true then 'yes' when false then 'no' else 'unknown' end as consent_sms,
        case consent_line when true then 'yes' when false then 'no' else 'unknown' end as consent_line
    from customer_mart
    where (
            least(first_on, joined_on) <= ($question).as_of or (first_on is null and joined_on is null)
            or customer_id in (select customer_id from answer_mart where answered_on <= ($question).as_of)
            or customer_id in (select customer_id from service_mart where opened_on <= ($question).as_of)
        )
        and (($question).channel is null or (customer_mart.first_channel = ($question).channel and first_on <= ($question).as_of))
) as known
{joins}
where {rule}
