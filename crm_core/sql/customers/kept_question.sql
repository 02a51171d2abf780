-- Grain: one row or none. Which question the kept scores answer, as text; none while they are not whole.
create temp table if not exists kept_question (asked varchar);
