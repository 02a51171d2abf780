-- Grain: one row. Input: customer_mart.
-- Whether the shop knows anybody by name, phone or e-mail.
select exists (
    from customer_mart
    where name is not null or phone is not null or email is not null
) as is_known
