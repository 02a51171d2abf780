-- Grain: file that left. Output: exports.
insert into exports by name
select
    coalesce((select max(export_id) from exports), 0) + 1 as export_id,
    $exported_at as exported_at, $exported_by as exported_by, $source as source, $name as name, $layout as layout,
    $file_format as file_format, $channel as channel, $columns as columns, $customer_count as customer_count,
    $left_out as left_out
