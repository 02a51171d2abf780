-- Grain: file that left, the newest first. Input: exports.
select
    export_id, exported_at, exported_by, source, name, layout, file_format, channel, columns, customer_count, left_out
from exports
order by exported_at desc, export_id desc
limit $limit
