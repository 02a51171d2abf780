-- Grain: one row. Inputs: contact_entries, campaigns.
-- What tells apart two states of the contacts entered on screen and of the campaigns.
select
    (select struct_pack(entries := count(*), told := bit_xor(hash(entry))) from contact_entries as entry)::varchar as contacts,
    (select struct_pack(made := count(*), told := bit_xor(hash(campaign))) from campaigns as campaign)::varchar as campaigns
