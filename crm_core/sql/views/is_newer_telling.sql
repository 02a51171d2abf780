-- Scalar. Whether the second of two imports tells of an order as it was later than the first one does.
-- The later event of the order itself decides, where both took it from the same columns: an export without a column says
-- nothing about when it was made. Without events, an export whose days both begin and end later. Where the days of one lie
-- within those of the other nothing is said: a part may have been exported again to bring it up to date. A named day of
-- export has no first day (NULL); it is compared with the last day only.
create or replace macro is_newer_telling(
    event_at, event_columns, data_from, data_until, other_event_at, other_columns, other_from, other_until
) as
    case
        when event_columns = other_columns and event_at is distinct from other_event_at
            then coalesce(other_event_at, timestamp '1970-01-01') > coalesce(event_at, timestamp '1970-01-01')
        else coalesce(other_until > data_until, false) and coalesce(other_from > data_from, true)
    end;

-- Scalar. The columns that told an import of the latest event of its orders, out of its mapping as JSON; '[]' where none did.
create or replace macro event_columns_of(mapping) as
    coalesce(json_extract(mapping, '$.columns.last_event_at')::varchar, '[]');
