-- Grain: customer. Input: purchase_mart.
-- Who has made a number of purchases and not yet the next one.
select customer_id
from purchase_mart
where purchase_no = ($group).step
    and purchased_on <= ($question).as_of
    and coalesce(next_on > ($question).as_of, true)
    and (($question).channel is null or first_channel = ($question).channel)
