-- Grain: customer. Input: life_cycle_as_of. The customers of one life-cycle stage.
select customer_id
from life_cycle_as_of(($question).as_of, null, ($question).as_of, ($question).channel, 'period')
where stage = ($group).stage
