-- Grain: member of a campaign to be frozen. Inputs: {{people}}, a select of customer_id; contact_barriers. Leaves campaign_draw.
-- Whom one may contact, in an order that the seed makes: the first ones are held out. Nothing of a person but the reference
-- goes into it, so that chance alone decides, and the same list with the same seed gives the same order.
create or replace temp table campaign_draw as
with people as (
{people}
),

shuffled as (
    select customer_id, row_number() over (order by md5($seed || ':' || md5(customer_id)[:16]), customer_id) as member_no
    from people
)

select customer_id, member_no from shuffled
