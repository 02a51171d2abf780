-- Grain: customer. Input: rfm_scores. Who was in a segment on an earlier day (`not_yet`: in none) and is in another now.
select coalesce(scores.customer_id, earlier.customer_id) as customer_id
from rfm_scores($question) as scores
full join rfm_scores(
    struct_update(
        $question,
        as_of := ($group).then_on,
        since := ($question).since::date - (($question).as_of - ($group).then_on)::integer
    )
) as earlier on scores.customer_id = earlier.customer_id
where coalesce(earlier.segment, 'not_yet') = ($group).from_segment
    and coalesce(scores.segment, 'gone') = ($group).to_segment
