-- Table macro. Rows of orders (status, payment_status, fulfil_status, return_status, is_cancelled, whatever else) with what
-- their words mean together; ``words`` names the table of words (field, word, meaning) that decides.
create or replace macro judged_orders(orders, words) as table
    select
        judged.*,
        order_status(
            coalesce(status_word.meaning, ''), coalesce(payment_word.meaning, ''), coalesce(fulfil_word.meaning, ''),
            coalesce(return_word.meaning, ''), judged.is_cancelled
        ) as meaning
    from query_table(orders) judged
    left join query_table(words) status_word on status_word.field = 'status' and status_word.word = judged.status
    left join query_table(words) payment_word
        on payment_word.field = 'payment_status' and payment_word.word = judged.payment_status
    left join query_table(words) fulfil_word
        on fulfil_word.field = 'fulfil_status' and fulfil_word.word = judged.fulfil_status
    left join query_table(words) return_word
        on return_word.field = 'return_status' and return_word.word = judged.return_status;
