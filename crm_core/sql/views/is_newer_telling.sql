-- Scalar. Whether the second of two imports tells of an order as it was later than the first one does.
-- The later event of the order itself decides; without one, an export whose days both begin and end later. Where the days of
-- one lie within those of the other nothing is said: a part may have been exported again to bring it up to date. A named day of
-- export has no first day (NULL); it is compared with the last day only.
create or replace macro is_newer_telling(event_at, data_from, data_until, other_event_at, other_from, other_until) as
    coalesce(other_event_at, timestamp '1970-01-01') > coalesce(event_at, timestamp '1970-01-01')
    or (
        other_event_at is not distinct from event_at
        and coalesce(other_until > data_until, false)
        and coalesce(other_from > data_from, true)
    );
