-- Whether a campaign was frozen while the shop held nothing but the sample, with which it goes; NULL: no.
alter table campaigns add column is_sample boolean;
