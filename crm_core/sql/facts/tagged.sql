-- Grain: customer with a tag; {of}: tag. Input: customer_tags.
select customer_id, true as is_tagged from customer_tags() where tag = ({of}).tag
