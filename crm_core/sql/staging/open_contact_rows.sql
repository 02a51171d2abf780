-- Grain: row of a call sheet that nobody has filled in yet. Input: source_rows; $tells_outcome (the file has a column for it).
-- It has no outcome, nothing that was said, and no time of day.
create or replace temp table open_rows as
select row_number
from source_rows
where $tells_outcome and outcome is null and coalesce(trim(reason), trim(product), trim(note)) is null
    and not coalesce(contacted_at_has_time, false)
    and coalesce(customer_ref, customer_id, email, phone, contact_id, contacted_at::varchar) is not null;
