-- Grain: customer. Input: customer_mart. What the records of a customer say, and how long ago things were.
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
