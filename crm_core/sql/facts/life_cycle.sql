-- Grain: customer with a purchase. Input: life_cycle_as_of. The stage by the shop's own clock.
select customer_id, stage
from life_cycle_as_of(($question).as_of, null, ($question).as_of, ($question).channel, 'period')
