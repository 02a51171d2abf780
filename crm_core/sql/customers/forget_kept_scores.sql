-- Back to cut points and scores that are computed for every question; the tables stay for whoever asks the same again.
drop macro table if exists temp.rfm_cuts;
drop macro table if exists temp.rfm_scores;
drop macro table if exists temp.rfm_customers;
