-- Grain: identifier of one customer. Input: identities. Under which accounts, addresses and names the customer is known.
with unfolded as (
    unpivot (
        select account, email, phone, name from identities where customer_id = $customer_id
    ) on account, email, phone, name into name kind value identifier
),

identifiers as (
    select distinct kind, identifier from unfolded order by kind, identifier
)

select * from identifiers
