-- Grain: customer. Inputs: buyers_as_of, profile_values. The buyers with one value of a kind.
select buyers.customer_id
from buyers_as_of(($question).as_of, ($question).channel) as buyers
inner join profile_values(($question).as_of, ($group).kind) as told on buyers.customer_id = told.customer_id
where profile_value = ($group).told
