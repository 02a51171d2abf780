-- Back to scores that are computed for every question.
drop macro table if exists temp.rfm_scores;
drop macro table if exists temp.rfm_customers;
drop table if exists temp.kept_scores;
