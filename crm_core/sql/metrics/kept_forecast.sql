-- Grain: one row or none. Input: kept_forecasts; $version, $as_of, $channel. The models that were fitted already.
with kept as (
    select forecast
    from kept_forecasts
    where version = $version and as_of_day = $as_of and channel is not distinct from $channel
)

select * from kept
