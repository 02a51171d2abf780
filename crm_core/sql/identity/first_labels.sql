-- Grain: identity. Input: identity_links. Every identity starts with its own best identifier as its label.
create or replace temp table identity_labels as
select identity_key, min(identifier) as label from identity_links group by identity_key;
