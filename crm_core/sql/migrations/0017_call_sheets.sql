-- What the call sheets that leave the shop need to be read again, and what is assumed of lists.

-- Grain: call sheet x list on it. A sheet names its lists in words; read back, the words say which list they meant then.
create table sheet_lists (
    sheet varchar not null,                 -- when it was made, as its contact numbers begin: 20241027-093005
    name varchar not null,                  -- the list as the sheet calls it
    source varchar not null,                -- the list as its address names it
    primary key (sheet, name)
);

-- Grain: list of which the owner assumes how many of those reached will buy.
create table assumed_chances (
    source varchar primary key,             -- the list as its address names it
    share double not null                   -- 0 to 1
);
