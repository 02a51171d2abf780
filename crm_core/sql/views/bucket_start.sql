-- Grain: a scalar. Inputs: a day and a grain (period | day | week | sunday_week | month).
-- The first day of the bucket that holds the day; NULL for the grain 'period', which is one bucket.
create or replace macro bucket_start(on_day, grain) as
case grain
    when 'day' then on_day
    when 'week' then date_trunc('week', on_day)::date
    when 'sunday_week' then (date_trunc('week', on_day + 1)::date - 1)::date
    when 'month' then date_trunc('month', on_day)::date
end;
