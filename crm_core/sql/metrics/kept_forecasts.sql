-- Grain: version of the data x as-of date x channel. The fitted models, kept on this cursor: fitting is the costly part.
create temp table if not exists kept_forecasts (version bigint, as_of_day date, channel varchar, forecast varchar)
