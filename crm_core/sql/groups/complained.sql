-- Grain: customer x complaint. Input: period_complaints.
-- Who complained in the period, whatever about: all of them (any), whose complaint is not closed (open), or who did not buy within
-- one cycle after it was closed (not_back).
select customer_id
from period_complaints(($group).from_on, ($group).to_on, ($question).as_of, ($question).channel, 'period')
where customer_id is not null
    and case ($group).outcome when 'open' then not is_closed when 'not_back' then is_mature and not is_recovered else true end
