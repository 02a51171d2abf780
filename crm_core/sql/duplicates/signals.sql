-- Grain: pair of customers (left_id < right_id) × sign that they are one person. Inputs: known_names, known_emails, known_phones,
-- known_accounts, aside_contacts, name_forms, customer_mart; $largest_block, $own_domains.
-- Customers are compared within blocks (the same name, the same part of an address) and never all with all. Of two values with
-- one character wrong either the beginning or the end is the same: those are the blocks of near misses. A block of more
-- customers than $largest_block says nothing about any two of them.
create or replace temp table pair_signals as
with people as (
    select known_names.customer_id, name_key, birthday, translate(city, '臺', '台') as city
    from known_names
    inner join customer_mart using (customer_id)
),

-- Among a thousand people of one name some share a birthday by chance.
rare_names as (
    select name_key from known_names group by name_key having count(*) between 2 and $largest_block
),

same_name_birthday as (
    select l.customer_id as one, r.customer_id as other, 'same_name_birthday' as reason
    from people l
    semi join rare_names on l.name_key = rare_names.name_key
    inner join people r using (name_key, birthday)
    where l.customer_id < r.customer_id
),

rare_in_city as (
    select name_key, city from people where city is not null group by name_key, city having count(*) <= 3
),

same_name_city as (
    select l.customer_id, r.customer_id, 'same_name_city'
    from people l
    inner join people r using (name_key, city)
    semi join rare_in_city on l.name_key = rare_in_city.name_key and l.city = rare_in_city.city
    where l.customer_id < r.customer_id and (length(name_key) >= 5 or name_key like '% %')
),

named_emails as (
    select customer_id, name_key, local_part, domain from known_emails inner join known_names using (customer_id)
),

same_name_email_local as (
    select l.customer_id, r.customer_id, 'same_name_email_local'
    from named_emails l
    inner join named_emails r using (name_key, local_part)
    where l.customer_id <> r.customer_id and l.domain < r.domain
),

-- Long ones by four characters, short ones by three, those in between by both: one more character must not part two blocks.
email_ends as (
    select *, 'starts' || left(local_part, 3) as ending from named_emails where length(local_part) between 6 and 9
    union all
    select *, 'ends' || right(local_part, 3) from named_emails where length(local_part) between 6 and 9
    union all
    select *, 'starts' || left(local_part, 4) from named_emails where length(local_part) >= 9
    union all
    select *, 'ends' || right(local_part, 4) from named_emails where length(local_part) >= 9
),

email_blocks as (
    select name_key, domain, ending from email_ends
    group by name_key, domain, ending having count(*) between 2 and 30
),

same_name_email_typo as (
    select l.customer_id, r.customer_id, 'same_name_email_typo'
    from email_ends l
    semi join email_blocks on l.name_key = email_blocks.name_key and l.domain = email_blocks.domain and l.ending = email_blocks.ending
    inner join email_ends r using (name_key, domain, ending)
    where l.customer_id <> r.customer_id and l.local_part < r.local_part
        and damerau_levenshtein(l.local_part, r.local_part) = 1
),

local_blocks as (
    select local_part from known_emails where length(local_part) >= 5
    group by local_part having count(*) between 2 and 20
),

email_domain_typo as (
    select l.customer_id, r.customer_id, 'email_domain_typo'
    from known_emails l
    semi join local_blocks on l.local_part = local_blocks.local_part
    inner join known_emails r using (local_part)
    where l.customer_id <> r.customer_id and l.domain < r.domain and length(l.domain) >= 6
        and not (list_contains($own_domains, l.domain) and list_contains($own_domains, r.domain))
        and (list_contains($own_domains, l.domain) or list_contains($own_domains, r.domain))
        and damerau_levenshtein(l.domain, r.domain) <= 2
),

named_phones as (
    select customer_id, name_key, phone from known_phones inner join known_names using (customer_id)
),

phone_ends as (
    select *, 'starts' || left(phone, 8) as ending from named_phones
    union all
    select *, 'ends' || right(phone, 5) from named_phones
),

phone_blocks as (
    select name_key, ending from phone_ends group by name_key, ending having count(*) between 2 and 30
),

same_name_phone_digit as (
    select l.customer_id, r.customer_id, 'same_name_phone_digit'
    from phone_ends l
    semi join phone_blocks on l.name_key = phone_blocks.name_key and l.ending = phone_blocks.ending
    inner join phone_ends r using (name_key, ending)
    where l.customer_id <> r.customer_id and l.phone < r.phone and damerau_levenshtein(l.phone, r.phone) = 1
),

same_name_shared_contact as (
    select l.customer_id, r.customer_id, 'same_name_shared_contact'
    from aside_contacts l
    inner join aside_contacts r using (identifier, name_key)
    where l.customer_id < r.customer_id
),

account_is_email as (
    select known_accounts.customer_id, known_emails.customer_id, 'account_is_email'
    from known_accounts
    inner join known_emails on account_name = local_part
    semi join (select local_part from known_emails group by local_part having count(*) <= 3) rare
        on known_emails.local_part = rare.local_part
    where known_accounts.customer_id <> known_emails.customer_id
        and length(account_name) >= 5 and regexp_matches(account_name, '[a-z]')
),

account_is_phone as (
    select known_accounts.customer_id, known_phones.customer_id, 'account_is_phone'
    from known_accounts
    inner join known_phones on phone = '+886' || substr(account_name, 2)
    where known_accounts.customer_id <> known_phones.customer_id and regexp_full_match(account_name, '09\d{8}')
),

masked as (
    select customer_id, left(pattern, 1) as surname, pattern, translate(city, '臺', '台') as city
    from customer_mart
    inner join name_forms using (name)
    where is_masked and city is not null and regexp_matches(compact, '^\p{Han}')
),

unmasked as (
    select customer_id, left(compact, 1) as surname, compact, translate(city, '臺', '台') as city
    from customer_mart
    inner join name_forms using (name)
    where not is_masked and city is not null and regexp_matches(compact, '^\p{Han}{2,4}$')
),

-- Only where one person of the city fits: 王○○ fits many.
masked_name as (
    select masked.customer_id, min(unmasked.customer_id), 'masked_name'
    from masked
    inner join unmasked using (surname, city)
    where unmasked.compact like masked.pattern
    group by masked.customer_id
    having count(*) = 1
),

signals as (
    select * from same_name_birthday
    union all
    select * from same_name_city
    union all
    select * from same_name_email_local
    union all
    select * from same_name_email_typo
    union all
    select * from email_domain_typo
    union all
    select * from same_name_phone_digit
    union all
    select * from same_name_shared_contact
    union all
    select * from account_is_email
    union all
    select * from account_is_phone
    union all
    select * from masked_name
)

select distinct least(one, other) as left_id, greatest(one, other) as right_id, reason from signals;
