-- Grain: row with a status word that nobody has explained. It counts as valid until the owner decides. Inputs: order_rows,
-- status_meanings; adds to problems.
insert into problems
with unknown_words as (
    select field, word from status_meanings where origin = 'unknown'
),

unknown_rows as (
    select row_number, 'status' as field, status as word from order_rows
    union all
    select row_number, 'payment_status', payment_status from order_rows
    union all
    select row_number, 'fulfil_status', fulfil_status from order_rows
    union all
    select row_number, 'return_status', return_status from order_rows
)

select row_number, 'unknown_status' as rule, 'warning' as severity, field, word as value
from unknown_rows
inner join unknown_words using (field, word);
