-- Grain: field of the known customers. Input: customer_mart. Of how many customers the field is known, from whatever file.
with counted as (
    select
        count(*) as total, count(name) as name, count(email) as email, count(phone) as phone, count(birthday) as birthday,
        count(gender) as gender, count(city) as city, count(joined_on) as joined_at, count(tier) as tier,
        count(consent_email) as consent_email, count(consent_sms) as consent_sms, count(consent_line) as consent_line,
        count(tags) as tags, count(source_heard) as source_heard
    from customer_mart
),

listed as (
    unpivot counted on columns(* exclude total) into name field value filled
)

select field, filled, total from listed where total > 0;
