-- Grain: one row or none. Input: rfm_cuts. The cut points of one question, kept on this cursor while several models read them.
create or replace temp table kept_cuts as
with cuts as (
    select * from rfm_cuts($question)
)

select * from cuts
