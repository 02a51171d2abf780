-- Scalar. What the words of an order mean together: the meanings of its status, payment, delivery and return words.
-- The strongest word wins; a delivery that has not been paid yet says nothing about the payment.
create or replace macro order_status(status, payment, fulfilment, returned, is_cancelled) as
    case
        when is_cancelled or 'cancelled' in (status, payment, fulfilment, returned) then 'cancelled'
        when 'refunded' in (status, payment, fulfilment, returned) then 'refunded'
        when 'unpaid' in (status, payment) then 'unpaid'
        when 'partially_refunded' in (status, payment, fulfilment, returned) then 'partially_refunded'
        else 'valid'
    end;
