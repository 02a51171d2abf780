-- Grain: identity. Inputs: identity_links, identity_labels.
-- One step of spreading the smallest label along shared identifiers; when nothing changes any more, every connected group has
-- one label, its smallest identifier, whatever order the records came in.
create or replace temp table identity_labels as
with of_identifier as (
    select identifier, min(label) as label
    from identity_links inner join identity_labels using (identity_key)
    group by identifier
),

of_identity as (
    select identity_key, min(of_identifier.label) as label
    from identity_links inner join of_identifier using (identifier)
    group by identity_key
)

select * from of_identity;
