-- Grain: customer; {of}: day, that of contact. Input: customer_mart. In how many days the next birthday is, 0 on the day itself.
-- Whoever was born on 29 February has the 28th for a birthday in other years.
with told as (
    select customer_id, birthday, ({of}).day as on_day, (year(({of}).day) - year(birthday))::integer as years
    from customer_mart
    where birthday <= ({of}).day
),

birthdays as (
    select customer_id, on_day, (birthday + to_years(years))::date as this_year, (birthday + to_years(years + 1))::date as next_year
    from told
)

select customer_id, (case when this_year >= on_day then this_year else next_year end) - on_day as days_to_birthday
from birthdays
