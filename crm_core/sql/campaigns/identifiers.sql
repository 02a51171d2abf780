-- Grain: member of a campaign x identifier. Inputs: campaign_draw, identifier_owners; $campaign_id. Fills campaign_identifiers.
-- What names the member and nobody else; the name beside an address only where nothing else does. Whoever has nothing of
-- their own is known by what they share, rather than not at all.
insert into campaign_identifiers
with owners as materialized (
    select kind, identifier, customer_id from identifier_owners()
),

alone as (
    select kind, identifier, min(customer_id) as customer_id
    from owners
    group by kind, identifier
    having min(customer_id) = max(customer_id)
),

-- Materialized: it is read three times.
own as materialized (
    select member_no, kind, identifier
    from alone
    inner join campaign_draw on alone.customer_id = campaign_draw.customer_id
),

shared as (
    select distinct member_no, kind, identifier
    from campaign_draw
    inner join owners on campaign_draw.customer_id = owners.customer_id
    where member_no not in (select member_no from own)
),

named as (
    select * from own where kind <> 'person' or member_no not in (select member_no from own where kind <> 'person')
    union all
    select * from shared
)

select $campaign_id, * from named
