-- How names of people are compared.

-- Scalar. Half-width and lower case, without spaces at the ends.
create or replace macro folded_name(name) as trim(lower(translate(
    name,
    'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９＊　',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789* '
)));

-- Scalar. Whether somebody made the name unreadable on purpose: 王○○, 王*明, 陳XX.
create or replace macro is_masked_name(name) as
    regexp_matches(folded_name(name), '[*○◯●〇]|^\p{Han}{1,2}[xo]{1,2}\p{Han}?$');

-- Scalar. The Chinese characters of a name, without a form of address.
create or replace macro han_name(name) as regexp_replace(
    regexp_replace(folded_name(name), '[^\p{Han}]', '', 'g'),
    '(先生|小姐|女士|太太|夫人|媽媽|爸爸|同學|老師|老闆|經理|醫師)$', ''
);

-- Scalar. The words of a name in other letters, in a fixed order, without a form of address.
create or replace macro name_words(name) as list_sort(list_filter(
    regexp_extract_all(folded_name(name), '[\p{L}\p{N}]+'),
    lambda word: word not in ('mr', 'mrs', 'ms', 'miss', 'mx', 'dr', 'madam', 'sir')
));

-- Scalar. What two spellings of one person's name have in common: the parts (Chinese characters, else words) in a fixed order,
-- so that 王小明 is 小明 王 and Ann Lee is LEE, Ann. NULL where the name tells nobody apart: masked, a bare surname, blank.
create or replace macro person_name_key(name) as case
    when name is null or is_masked_name(name) then null
    when length(han_name(name)) >= 2 then array_to_string(list_sort(string_split(han_name(name), '')), ' ')
    when regexp_matches(name, '\p{Han}') then null
    else nullif(array_to_string(name_words(name), ' '), '')
end;

-- Scalar. Whether all parts of one name stand in the other: 小明 is a part of 王小明.
create or replace macro is_part_of_name(left_key, right_key) as
    list_has_all(string_split(left_key, ' '), string_split(right_key, ' '))
    or list_has_all(string_split(right_key, ' '), string_split(left_key, ' '));
