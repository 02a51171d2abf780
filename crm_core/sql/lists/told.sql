-- Grain: one row. Inputs: the marts. Of what the shop's files tell anything, by the names of facts.NEEDS.
select
    exists (from product_mart where category is not null) as category,
    exists (from answer_mart where customer_id is not null and nps is not null) as answer,
    exists (from answer_mart where customer_id is not null and trim(comment) <> '') as comment,
    exists (from service_mart where customer_id is not null and is_complaint) as complaint,
    exists (from customer_mart where city is not null) as city,
    exists (from customer_mart where gender is not null) as gender,
    exists (from customer_mart where birthday is not null) as birthday,
    exists (from customer_mart where joined_on is not null) as joined,
    exists (from customer_mart where trim(tier) <> '') as tier,
    exists (from customer_mart where trim(tags) <> '') as tags,
    exists (from customer_mart where trim(source_heard) <> '') or exists (from answer_mart where trim(source_heard) <> '') as source,
    exists (from customer_mart where first_channel <> '') as channel,
    exists (from campaigns where stopped_at is null) as campaign
