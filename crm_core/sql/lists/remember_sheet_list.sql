-- Grain: call sheet x list on it. How the sheet calls the list; the same sheet may leave as several files.
insert or replace into sheet_lists values ($sheet, $name, $source)
