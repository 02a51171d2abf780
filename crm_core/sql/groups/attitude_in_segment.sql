-- Grain: customer. Inputs: period_respondents, rfm_scores.
-- Who of an RFM segment scored like this in the period; as in the breakdown the segments are those of the whole shop.
select respondents.customer_id
from period_respondents(($group).from_on, ($group).to_on, ($question).channel) as respondents
inner join rfm_scores(struct_update($question, channel := null::varchar)) as scores
    on respondents.customer_id = scores.customer_id
where respondents.attitude = ($group).attitude and scores.segment = ($group).segment
