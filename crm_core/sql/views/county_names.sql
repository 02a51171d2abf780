-- Grain: name of a county or city of Taiwan, without an older name of Chinese writing, which imports bring up to date. In lower
-- case; a name in Latin letters that two share (Hsinchu, Chiayi) is not in it.
create or replace macro county_names() as table
with names as (
    select *
    from (values
        ('台北市', '台北市'), ('taipei city', '台北市'), ('taipei', '台北市'),
        ('新北市', '新北市'), ('new taipei city', '新北市'), ('new taipei', '新北市'),
        ('基隆市', '基隆市'), ('keelung city', '基隆市'), ('keelung', '基隆市'),
        ('桃園市', '桃園市'), ('taoyuan city', '桃園市'), ('taoyuan', '桃園市'), ('taoyuan county', '桃園市'),
        ('新竹市', '新竹市'), ('hsinchu city', '新竹市'),
        ('新竹縣', '新竹縣'), ('hsinchu county', '新竹縣'),
        ('苗栗縣', '苗栗縣'), ('miaoli county', '苗栗縣'), ('miaoli', '苗栗縣'),
        ('台中市', '台中市'), ('taichung city', '台中市'), ('taichung', '台中市'),
        ('彰化縣', '彰化縣'), ('changhua county', '彰化縣'), ('changhua', '彰化縣'),
        ('南投縣', '南投縣'), ('nantou county', '南投縣'), ('nantou', '南投縣'),
        ('雲林縣', '雲林縣'), ('yunlin county', '雲林縣'), ('yunlin', '雲林縣'),
        ('嘉義市', '嘉義市'), ('chiayi city', '嘉義市'),
        ('嘉義縣', '嘉義縣'), ('chiayi county', '嘉義縣'),
        ('台南市', '台南市'), ('tainan city', '台南市'), ('tainan', '台南市'),
        ('高雄市', '高雄市'), ('kaohsiung city', '高雄市'), ('kaohsiung', '高雄市'),
        ('屏東縣', '屏東縣'), ('pingtung county', '屏東縣'), ('pingtung', '屏東縣'),
        ('宜蘭縣', '宜蘭縣'), ('yilan county', '宜蘭縣'), ('yilan', '宜蘭縣'),
        ('花蓮縣', '花蓮縣'), ('hualien county', '花蓮縣'), ('hualien', '花蓮縣'),
        ('台東縣', '台東縣'), ('taitung county', '台東縣'), ('taitung', '台東縣'),
        ('澎湖縣', '澎湖縣'), ('penghu county', '澎湖縣'), ('penghu', '澎湖縣'),
        ('金門縣', '金門縣'), ('kinmen county', '金門縣'), ('kinmen', '金門縣'),
        ('連江縣', '連江縣'), ('lienchiang county', '連江縣'), ('matsu', '連江縣')
    ) as names(name, county)
)

select * from names;

-- Grain: city that a customer has. Inputs: customer_mart, county_names.
-- The county or city of Taiwan that it names, as it is called today; a city elsewhere, or a district, stays as it is written.
create or replace macro counties_of_cities() as table
with cities as (
    select distinct city from customer_mart where city is not null
),

written as (
    select city, regexp_replace(lower(translate(city, '臺', '台')), '[, ]+(taiwan|r\.?o\.?c\.?)$', '') as name from cities
),

named as (
    select city, coalesce(county, city) as county
    from written
    left join county_names() as names on written.name = names.name
)

select * from named;
