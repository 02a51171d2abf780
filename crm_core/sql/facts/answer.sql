-- Grain: customer with a valid NPS answer. Input: latest_answers. The latest one.
select customer_id, nps, attitude, ($question).as_of - answered_on as answered_days from latest_answers($question)
