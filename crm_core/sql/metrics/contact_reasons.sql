-- Grain: reason that customers gave in the period, whatever its case, spaces and full stops. Input: period_contacts.
-- How often it was given, how much of all reasons that is, by how many known customers, and when last.
with told as (
    select
        contact_key, customer_id, contacted_on, trim(reason) as reason,
        lower(regexp_replace(regexp_replace(trim(reason), '[\s　]+', '', 'g'), '[。．.!！,，~～]+$', '')) as reason_key
    from period_contacts($start_on, $end_on, $as_of, null, 'period')
    where nullif(trim(reason), '') is not null
),

counted as (
    select
        reason_key, arg_max(reason, (contacted_on, contact_key)) as reason, count(*) as contacts,
        count(distinct customer_id) as customers, max(contacted_on) as last_on
    from told
    group by reason_key
)

select *, contacts / nullif(sum(contacts) over (), 0) as share from counted
order by contacts desc, last_on desc, reason_key;
