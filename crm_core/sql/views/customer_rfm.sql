-- The three RFM figures, their cut points, the scores and the segment (METRICS §5). Every macro takes one struct `q`, the
-- question, as crm_core.metrics.rfm.question fills it: as_of DATE, since DATE (first day of the window, NULL: all history),
-- channel VARCHAR (NULL: all), bins INTEGER, shares DOUBLE[] (1/bins … (bins - 1)/bins), monetary_mean BOOLEAN,
-- recency_cuts, frequency_cuts, monetary_cuts (the owner's, NULL: computed), segment_map VARCHAR[] (the segment of the cell
-- r, f, m stands at (r - 1) * bins² + (f - 1) * bins + m).

-- How many of the cut points (three or four, the fourth may be NULL) are strictly below a value, and strictly above it.
create or replace macro cuts_below(cut_1, cut_2, cut_3, cut_4, figure) as
    (cut_1 < figure)::integer + (cut_2 < figure)::integer + (cut_3 < figure)::integer
    + coalesce((cut_4 < figure)::integer, 0);

create or replace macro cuts_above(cut_1, cut_2, cut_3, cut_4, figure) as
    (cut_1 > figure)::integer + (cut_2 > figure)::integer + (cut_3 > figure)::integer
    + coalesce((cut_4 > figure)::integer, 0);

-- Grain: customer with a purchase in the window. Inputs: purchase_mart, order_mart.
-- How long ago, how often and for how much each customer bought; stand-alone returns lower the revenue.
create or replace macro rfm_values(q) as table
with last_purchases as (
    select customer_id, purchased_on, purchase_no, net_so_far, first_on, first_amount, first_channel
    from purchase_mart
    where purchased_on <= (q).as_of and coalesce(next_on > (q).as_of, true)
        and purchased_on >= coalesce((q).since, '-infinity'::date)
),

-- The last purchase before the window: what it says "so far" is not of the window. None without a window.
earlier_purchases as (
    select customer_id, purchase_no, net_so_far
    from purchase_mart
    where purchased_on < (q).since and coalesce(next_on >= (q).since, true)
),

returns as (
    select customer_id, sum(net_amount)::decimal(18, 4) as returned
    from order_mart
    where is_adjustment and customer_id is not null
        and ordered_on <= (q).as_of and ordered_on >= coalesce((q).since, '-infinity'::date)
    group by customer_id
),

totals as (
    select
        customer_id,
        purchased_on as last_on,
        first_on, first_channel, first_amount, last_purchases.net_so_far as spent,
        last_purchases.purchase_no as purchase_count, -- over all history, whatever the window, as are first_ and spent
        last_purchases.purchase_no - coalesce(earlier_purchases.purchase_no, 0) as frequency,
        last_purchases.net_so_far - coalesce(earlier_purchases.net_so_far, 0) as purchased
    from last_purchases
    left join earlier_purchases using (customer_id)
),

net as (
    select
        customer_id, last_on, first_on, first_channel, first_amount, spent, purchase_count, frequency,
        (purchased + coalesce(returned, 0))::decimal(18, 4) as revenue
    from totals
    left join returns using (customer_id)
),

figures as (
    select
        customer_id, last_on, first_on, first_channel, first_amount, spent, purchase_count,
        ((q).as_of - last_on)::integer as recency_days,
        frequency, revenue,
        -- Whole units of 0.0001, divided once: equal means stay equal whatever numbers they come from.
        case when (q).monetary_mean
            then (round((revenue * 10000)::bigint / nullif(frequency, 0)) / 10000)::decimal(18, 4)
            else revenue
        end as monetary
    from net
)

select * from figures;

-- Grain: one row. Input: rfm_values.
-- The bins - 1 cut points of each figure, in ascending order: the owner's, counts, or type-7 quantiles with duplicates kept.
-- A DECIMAL quantile is rounded towards the lower neighbour, so it never passes a value that the exact one does not pass.
create or replace macro rfm_cuts(q) as table
with computed as (
    select
        count(*) as customer_count,
        count(*) filter (where frequency = 1) as one_time_count,
        quantile_cont(recency_days, (q).shares) as recency_cuts,
        quantile_cont(frequency, (q).shares) as frequency_cuts,
        quantile_cont(monetary, (q).shares) as monetary_cuts
    from rfm_values(q)
),

ruled as (
    select
        *,
        case
            when (q).frequency_cuts is not null then 'owner'
            when one_time_count * 2 > customer_count then 'counts'
            else 'quantiles'
        end as frequency_rule
    from computed
),

in_force as (
    select
        customer_count,
        coalesce((q).recency_cuts::double[], recency_cuts) as recency_cuts,
        case frequency_rule
            when 'owner' then (q).frequency_cuts::double[]
            when 'counts' then case when (q).bins = 5 then [1, 2, 3, 5]::double[] else [1, 2, 3]::double[] end
            else frequency_cuts
        end as frequency_cuts,
        coalesce((q).monetary_cuts::decimal(18, 4)[], monetary_cuts) as monetary_cuts,
        frequency_rule
    from ruled
    where customer_count > 0
)

select * from in_force;

-- Grain: customer with a purchase in the window; with a channel, only those whose first purchase was in it.
-- Input: rfm_values. The customers that the question is about.
create or replace macro rfm_customers(q) as table
with of_channel as (
    select *
    from rfm_values(q)
    where (q).channel is null or first_channel = (q).channel
)

select * from of_channel;

-- Grain: as rfm_customers. Inputs: rfm_customers, rfm_cuts.
-- The scores, relative to the whole shop, and the segment of their cell; purchase_count, spent (returns not taken off) and
-- what begins with first_ are over all history, whatever the window.
create or replace macro rfm_scores(q) as table
-- One column per cut point: a list would be copied for every customer.
with cuts as (
    select
        recency_cuts[1] as r_1, recency_cuts[2] as r_2, recency_cuts[3] as r_3, recency_cuts[4] as r_4,
        frequency_cuts[1] as f_1, frequency_cuts[2] as f_2, frequency_cuts[3] as f_3, frequency_cuts[4] as f_4,
        monetary_cuts[1] as m_1, monetary_cuts[2] as m_2, monetary_cuts[3] as m_3, monetary_cuts[4] as m_4
    from rfm_cuts(q)
),

scored as (
    select
        customer_id, last_on, first_on, first_amount, spent, purchase_count, recency_days, frequency, revenue, monetary,
        1 + cuts_above(r_1, r_2, r_3, r_4, recency_days) as r_score,
        1 + cuts_below(f_1, f_2, f_3, f_4, frequency) as f_score,
        1 + cuts_below(m_1, m_2, m_3, m_4, monetary) as m_score
    from rfm_customers(q)
    cross join cuts
),

-- A join with the small table of cells: taking each customer's segment out of the list would copy the list per customer.
segment_cells as (
    select unnest((q).segment_map) as segment, generate_subscripts((q).segment_map, 1) as cell
),

with_segment as (
    select scored.*, segment_cells.segment
    from scored
    inner join segment_cells
        on segment_cells.cell = (r_score - 1) * (q).bins * (q).bins + (f_score - 1) * (q).bins + m_score
)

select * from with_segment;

-- Grain: a scalar. Inputs: a number of customers and a share (0..1). How many they are, rounded up; the rounding to six places
-- takes off what a product of fractions has too much.
create or replace macro top_count(customer_count, share) as ceil(round(customer_count * share, 6))::bigint;

-- Grain: customer. Input: rfm_customers. Those who spent most, a share (0..1) of all, rounded up; of equal ones the first by
-- customer_id. Only who has spent enough to be among them is put in order.
create or replace macro best_customers(q, share) as table
with customers as (
    select customer_id, revenue from rfm_customers(q)
),

cut as (
    select top_count(count(*), share) as best_count, quantile_disc(revenue, 1 - share) as revenue_from from customers
),

ranked as (
    select customer_id, best_count, row_number() over (order by revenue desc, customer_id) as revenue_rank
    from customers
    cross join cut
    where revenue >= revenue_from
)

select customer_id from ranked where revenue_rank <= best_count;

-- Grain: as rfm_customers. Input: rfm_customers.
-- Customers from the highest revenue down, with the revenue of everyone up to and including each.
create or replace macro revenue_ranks(q) as table
with ranked as (
    select
        customer_id, revenue,
        row_number() over by_revenue as revenue_rank,
        sum(revenue) over by_revenue as revenue_so_far,
        count(*) over () as customer_count,
        sum(revenue) over () as revenue_total
    from rfm_customers(q)
    window by_revenue as (order by revenue desc, customer_id rows unbounded preceding)
)

select * from ranked;
