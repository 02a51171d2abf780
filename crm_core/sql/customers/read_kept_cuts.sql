-- While this stands, the models of this cursor read the kept cut points, whatever question they are asked.
create or replace temp macro rfm_cuts(q) as table select * from temp.kept_cuts;
