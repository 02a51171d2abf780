-- Whether the words that tell how a customer heard of the shop speak of a person who knows it (a friend, the family, a
-- colleague), and not of someone paid for it or of a search engine.
create or replace macro is_by_a_friend(source) as
    regexp_matches(
        lower(source),
        '朋友|親友|友人|家人|親戚|同事|同學|鄰居|閨蜜|口碑|口耳|介紹|熟人|別人送|推薦'
        || '|\b(?:friends?|famil(?:y|ies)|relatives?|colleagues?|co-?workers?|neighbou?rs?|word of mouth|referr(?:al|ed))\b'
    )
    and not regexp_matches(
        lower(source), '網紅|部落客|部落格|廣告|新聞|媒體|電視|節目|雜誌|報紙|網站|名人|直播|搜尋'
        || '|kol|influencer|blog|advert|google|youtube|search'
    );

-- Grain: new customer of the period (purchase 1 in it). Inputs: purchase_mart, customer_mart, sources_answered.
-- How the new customers heard of the shop, as told up to the end of the period.
create or replace macro new_customer_sources(start_on, end_on, channel_key, grain) as table
with newcomers as (
    select customer_id, channel, greatest(bucket_start(purchased_on, grain), start_on) as bucket
    from purchase_mart
    where purchase_no = 1 and purchased_on between start_on and end_on and (channel_key is null or channel = channel_key)
),

sourced as (
    select
        newcomers.*,
        source_of(customer_mart.source_heard, answered.source_heard) as source_heard
    from newcomers
    left join customer_mart on newcomers.customer_id = customer_mart.customer_id
    left join sources_answered(end_on) as answered on newcomers.customer_id = answered.customer_id
),

judged as (
    select *, coalesce(is_by_a_friend(source_heard), false) as is_referred from sourced
)

select * from judged;
