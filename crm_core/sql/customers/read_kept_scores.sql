-- While these stand, the models of this cursor read the kept scores, whatever question they are asked.
create or replace temp macro rfm_scores(q) as table select * from temp.kept_scores;
create or replace temp macro rfm_customers(q) as table select * from temp.kept_scores;
