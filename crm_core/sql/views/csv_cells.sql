-- Cells of a CSV file, as crm_core.export writes them from Python: for files too long to pass through it row by row.

-- A text in quotes where it holds a quote, a comma or a line break.
create or replace macro csv_quoted(cell) as
    case when regexp_matches(cell, '[",\r\n]') then '"' || replace(cell, '"', '""') || '"' else cell end;

-- A text that somebody typed: an apostrophe before what a spreadsheet would take for a formula. Most texts need neither.
create or replace macro csv_text(cell) as
    case when regexp_matches(cell, '^[=+@\t\r\n＝＋－＠-]|[",\r\n]')
        then csv_quoted(case when regexp_matches(cell, '^[=+@\t\r\n＝＋－＠-]') then '''' || cell else cell end)
        else cell
    end;

-- An E.164 number; one of the home country with its leading zero and hyphens, which no spreadsheet takes for a quantity.
create or replace macro csv_phone(phone) as
    case
        when regexp_full_match(phone, '\+8869\d{6,}') then '0' || phone[5:7] || '-' || phone[8:10] || '-' || phone[11:]
        when regexp_full_match(phone, '\+886[0-8]\d+') then '0' || phone[5:5] || '-' || phone[6:]
        else csv_text(phone)
    end;

-- An exact number without the zeros at its end, at most six decimals.
create or replace macro csv_number(figure) as
    case when contains(round(figure, 6)::varchar, '.')
        then rtrim(rtrim(round(figure, 6)::varchar, '0'), '.')
        else figure::varchar
    end;

create or replace macro csv_flag(flag) as
    case when flag then 'TRUE' when not flag then 'FALSE' end;
