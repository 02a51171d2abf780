-- Grain: customer with a city. Inputs: customer_mart, counties_of_cities. The county or city of Taiwan.
select customer_id, county
from customer_mart
inner join counties_of_cities() as counties on customer_mart.city = counties.city
