-- Grain: customer with a purchase in the last days; {of}: within_days (0: whenever). Input: purchase_mart. How many, and for how much.
select customer_id, count(*) as purchases, sum(net_amount) as revenue
from purchase_mart
where purchased_on <= ($question).as_of
    and (({of}).within_days = 0 or purchased_on > ($question).as_of - ({of}).within_days)
group by customer_id
