-- Grain: theme that every shop starts with. What comments speak of: the words of each theme, in both languages.
create or replace macro default_comment_themes() as table
with themes (position, theme, words) as (
    values
    (1, 'delivery', [
        '出貨', '到貨', '寄送', '送達', '配送', '物流', '宅配', '運費', '寄出', '寄來', '取貨', '收貨', '等了', '慢了', '補寄', '退回',
        'delivery', 'deliver', 'delivered', 'shipping', 'shipped', 'shipment', 'courier', 'arrived', 'late'
    ]),
    (2, 'price', [
        '價格', '價錢', '漲價', '太貴', '便宜', '划算', '折扣', '優惠', '特價', '原價', 'cp值', '有點貴', '變貴',
        'price', 'prices', 'pricing', 'expensive', 'cheap', 'cheaper', 'cost', 'discount', 'value for money'
    ]),
    (3, 'quality', [
        '品質', '好吃', '好喝', '難吃', '難喝', '味道', '口味', '口感', '新鮮', '效期', '壞掉', '瑕疵', '耐用', '質感', '順口', '太甜', '甜了',
        'quality', 'taste', 'tastes', 'tasty', 'delicious', 'fresh', 'broken', 'defect', 'defective', 'faulty', 'flavour', 'flavor'
    ]),
    (4, 'service', [
        '客服', '服務', '店員', '老闆', '態度', '回覆', '親切', '耐心', '貼心',
        'service', 'staff', 'support', 'helpful', 'rude', 'friendly', 'reply', 'replied'
    ]),
    (5, 'packaging', [
        '包裝', '盒子', '紙箱', '提袋', '緩衝', '凹', '壓到', '破損', '小卡片',
        'packaging', 'package', 'packed', 'packing', 'box', 'wrapping', 'wrapped', 'damaged'
    ]),
    (6, 'site', [
        '網站', '網頁', '官網', 'app', '結帳', '下單', '付款', '訂單', '登入', '通知', '訊息',
        'website', 'site', 'web', 'checkout', 'payment', 'login', 'online store'
    ]),
    (7, 'choice', [
        '選擇', '款式', '種類', '缺貨', '沒貨', '補貨', '小包裝', '尺寸', '新品', '組合',
        'choice', 'selection', 'variety', 'out of stock', 'in stock', 'size', 'sizes', 'range'
    ])
)

select * from themes;

-- Grain: theme of the shop. Input: comment_themes.
-- The owner's themes, else the default ones.
create or replace macro shop_comment_themes() as table
with themes as (
    select position, theme, words from comment_themes
    union all
    select position, theme, words from default_comment_themes() where not exists (from comment_themes)
)

select * from themes;

-- A text as words are looked for in it: Latin letters and digits with one space around each word, and all others as they are.
create or replace macro latin_words(written) as
    ' ' || trim(regexp_replace(lower(written), '[^a-z0-9]+', ' ', 'g')) || ' ';

create or replace macro is_latin_word(word) as regexp_full_match(word, '[ -~]*') and regexp_matches(word, '[a-z0-9]');

-- Grain: survey answer of the period with a comment. Input: answer_mart.
-- What people wrote in the period and channel.
create or replace macro written_comments(start_on, end_on, channel_key, with_undated) as table
with written as (
    select answer_key, customer_id, answered_on, channel, nps, attitude, trim(comment) as comment
    from answer_mart
    where (answered_on between start_on and end_on or (with_undated and answered_on is null))
        and (channel_key is null or channel = channel_key)
        and trim(comment) <> ''
)

select * from written;

-- Grain: comment × theme that it speaks of; theme `other` where it speaks of none. Inputs: written_comments, shop_comment_themes.
-- A comment speaks of a theme where it holds one of its words: a Latin word alone, any other anywhere.
create or replace macro comment_theme_pairs(start_on, end_on, channel_key, with_undated) as table
with words as (
    select
        theme, word,
        case when is_latin_word(word) then latin_words(word) end as latin_word,
        case when not is_latin_word(word) then lower(word) end as other_word
    from (select theme, unnest(words) as word from shop_comment_themes())
),

comments as (
    select answer_key, customer_id, attitude, lower(comment) as said, latin_words(comment) as latin_said
    from written_comments(start_on, end_on, channel_key, with_undated)
),

spoken as (
    select distinct comments.answer_key, words.theme
    from comments
    inner join words
        on coalesce(contains(comments.said, words.other_word), contains(comments.latin_said, words.latin_word))
),

paired as (
    select comments.answer_key, comments.customer_id, comments.attitude, coalesce(spoken.theme, 'other') as theme
    from comments
    left join spoken on comments.answer_key = spoken.answer_key
)

select * from paired;
