"""Every number of Huike, once: key, unit, source and formula (METRICS §2, §3, §6).

A total, its trend and its breakdown evaluate the same expressions per group, so no ratio is ever averaged.
"""

from __future__ import annotations

from crm_core.errors import UnknownName
from crm_core.metrics.community import COMMUNITY_METRICS
from crm_core.metrics.forecast_tables import FORECAST_METRICS
from crm_core.metrics.rfm import RFM_METRICS
from crm_core.metrics.spec import (
    Aggregate,
    Better,
    Computed,
    DayOfReturn,
    Interval,
    Metric,
    PeakOfReturn,
    ReturnedWithin,
    Section,
    Source,
    Unit,
)

# Of any status: it tells since when there is data, and the storage knows it without a scan.
FIRST_ORDER_DAY = "select min(ordered_on) from order_mart"
FIRST_ANSWER_DAY = "select min(answered_on) from answer_mart"
FIRST_COMPLAINT_DAY = "select min(coalesce(opened_on, closed_on)) from service_mart"
FIRST_ACTIVITY_DAY = "select min(acted_on) from activity_mart"
FIRST_CONTACT_DAY = (
    "select min(day) from (select min(contacted_on) as day from contact_mart "
    "union all select min(contacted_at)::date from contact_entries)"
)

ORDERS = Source("orders", "period_orders($start_on, $end_on, $channel, $grain)", FIRST_ORDER_DAY)
BUYERS = Source(
    "buyers",
    "period_buyers($start_on, $end_on, $grain)",
    FIRST_ORDER_DAY,
    by_channel="period_channel_buyers($start_on, $end_on, $channel, $grain)",
)
PURCHASES = Source(
    "purchases",
    "purchases_as_of($as_of)",
    FIRST_ORDER_DAY,
    is_as_of=True,
    by_channel="customer_purchases_as_of($as_of, $start_on, $end_on, $channel, $grain)",
    by_bucket="customer_purchases_as_of($as_of, $start_on, $end_on, $channel, $grain)",
)
FIRST_PURCHASES = Source(
    "first_purchases",
    "first_purchases_as_of($as_of, $start_on, $end_on, $channel, $grain)",
    FIRST_ORDER_DAY,
    is_as_of=True,
)
ANSWERS = Source(
    "answers",
    "period_answers($start_on, $end_on, $channel, $grain, $per_channel, $with_undated)",
    FIRST_ANSWER_DAY,
)
NEW_CUSTOMERS = Source("new_customers", "new_customer_sources($start_on, $end_on, $channel, $grain)", FIRST_ORDER_DAY)
COMPLAINTS = Source(
    "complaints", "period_complaints($start_on, $end_on, $as_of, $channel, $grain)", FIRST_COMPLAINT_DAY
)
CONTACTS = Source("contacts", "period_contacts($start_on, $end_on, $as_of, $channel, $grain)", FIRST_CONTACT_DAY)
ACTIVITY = Source("activity", "activity_mart", FIRST_ACTIVITY_DAY)
CUSTOMERS = Source("customers", "known_customers($start_on, $end_on, $channel, $grain)", FIRST_ORDER_DAY, is_as_of=True)

LIFE_CYCLE = Source(
    "life_cycle",
    "life_cycle_as_of($as_of, $start_on, $end_on, $channel, $grain)",
    FIRST_ORDER_DAY,
    is_as_of=True,
)

CURVE_DAYS = (30, 60, 90, 180, 365)
CONTACT_CHANNELS = ("email", "sms", "line")

ORDER_COUNT = "count(*) filter (where is_counted)"
IDENTIFIED_COUNT = "count(*) filter (where is_identified)"
REPURCHASE_COUNT = "count(*) filter (where is_repurchase)"
FIRST_COUNT = "count(*) filter (where is_identified and not is_repurchase)"

REVENUE = "coalesce(sum(net_amount), 0)"
IDENTIFIED_REVENUE = "coalesce(sum(net_amount) filter (where is_identified), 0)"
REPURCHASE_REVENUE = "coalesce(sum(net_amount) filter (where is_repurchase), 0)"
FIRST_REVENUE = "coalesce(sum(net_amount) filter (where is_identified and not is_repurchase), 0)"

ONE_OR_MORE = "count(*) filter (where purchase_no = 1)"
TWO_OR_MORE = "count(*) filter (where purchase_no = 2)"
REPEAT_PURCHASES = "count(*) filter (where purchase_no >= 2)"

PROMOTERS = "count(*) filter (where is_score and attitude = 'promoter')"
PASSIVES = "count(*) filter (where is_score and attitude = 'passive')"
DETRACTORS = "count(*) filter (where is_score and attitude = 'detractor')"
SCORES = "count(*) filter (where is_score)"


def _count(key: str, section: Section, source: Source, sql: str, better: Better = Better.UP) -> Metric:
    return Metric(key, Unit.COUNT, better, section, source, Aggregate(sql, sample=sql))


def _ratio(
    key: str,
    unit: Unit,
    section: Section,
    source: Source,
    parts: tuple[str, str],
    better: Better = Better.UP,
    interval: Interval = Interval.NONE,
) -> Metric:
    return Metric(key, unit, better, section, source, Aggregate(*parts, interval=interval))


def _money(key: str, sql: str, sample: str, better: Better = Better.UP) -> Metric:
    return Metric(key, Unit.MONEY, better, "sales", ORDERS, Aggregate(sql, sample=sample))


SALES = (
    _money("revenue", REVENUE, "count(*)"),
    _count("orders", "sales", ORDERS, ORDER_COUNT),
    _ratio("average_order_value", Unit.MONEY, "sales", ORDERS, (REVENUE, ORDER_COUNT)),
    _count("customers", "sales", BUYERS, "count(*)"),
    _count("new_customers", "sales", BUYERS, "count(*) filter (where is_new)"),
    _count("returning_customers", "sales", BUYERS, "count(*) filter (where not is_new)"),
    _count("identified_orders", "sales", ORDERS, IDENTIFIED_COUNT),
    _ratio("identified_order_share", Unit.SHARE, "sales", ORDERS, (IDENTIFIED_COUNT, ORDER_COUNT)),
    _count("repurchase_orders", "sales", ORDERS, REPURCHASE_COUNT),
    _ratio("repurchase_order_share", Unit.SHARE, "sales", ORDERS, (REPURCHASE_COUNT, IDENTIFIED_COUNT)),
    _money("identified_revenue", IDENTIFIED_REVENUE, IDENTIFIED_COUNT),
    _money("first_purchase_revenue", FIRST_REVENUE, FIRST_COUNT),
    _money("repurchase_revenue", REPURCHASE_REVENUE, REPURCHASE_COUNT),
    Metric(
        "repurchase_revenue_share",
        Unit.SHARE,
        Better.UP,
        "sales",
        ORDERS,
        Aggregate(REPURCHASE_REVENUE, IDENTIFIED_REVENUE, sample=IDENTIFIED_COUNT),
    ),
    _money(
        "anonymous_revenue",
        "coalesce(sum(net_amount) filter (where is_counted and not is_identified), 0)",
        "count(*) filter (where is_counted and not is_identified)",
        Better.NEITHER,
    ),
    _money(
        "adjustment_revenue",
        "coalesce(sum(net_amount) filter (where is_adjustment), 0)",
        "count(*) filter (where is_adjustment)",
        Better.NEITHER,
    ),
    _ratio("first_purchase_aov", Unit.MONEY, "sales", ORDERS, (FIRST_REVENUE, FIRST_COUNT)),
    _ratio("repurchase_aov", Unit.MONEY, "sales", ORDERS, (REPURCHASE_REVENUE, REPURCHASE_COUNT)),
)

REPURCHASE = (
    _count("repeat_customers", "repurchase", PURCHASES, TWO_OR_MORE),
    _ratio(
        "repurchase_rate",
        Unit.SHARE,
        "repurchase",
        PURCHASES,
        (TWO_OR_MORE, ONE_OR_MORE),
        interval=Interval.WILSON,
    ),
    _count("one_time_customers", "repurchase", PURCHASES, f"{ONE_OR_MORE} - {TWO_OR_MORE}", Better.NEITHER),
    _ratio(
        "one_time_customer_share",
        Unit.SHARE,
        "repurchase",
        PURCHASES,
        (f"({ONE_OR_MORE} - {TWO_OR_MORE})", ONE_OR_MORE),
        Better.DOWN,
        Interval.WILSON,
    ),
    _ratio("average_repurchase_count", Unit.TIMES, "repurchase", PURCHASES, (REPEAT_PURCHASES, TWO_OR_MORE)),
    _ratio("average_repurchase_count_all", Unit.TIMES, "repurchase", PURCHASES, (REPEAT_PURCHASES, ONE_OR_MORE)),
    Metric(
        "observed_gap_median",
        Unit.DAYS,
        Better.NEITHER,
        "repurchase",
        PURCHASES,
        Aggregate("median(gap_days)", sample="count(gap_days)"),
    ),
    *(
        Metric(
            f"repurchase_within_{days}d",
            Unit.SHARE,
            Better.UP,
            "repurchase",
            FIRST_PURCHASES,
            ReturnedWithin(days),
        )
        for days in CURVE_DAYS
    ),
    Metric("repurchase_cycle_p25", Unit.DAYS, Better.NEITHER, "repurchase", FIRST_PURCHASES, DayOfReturn(0.25)),
    Metric("repurchase_cycle_median", Unit.DAYS, Better.NEITHER, "repurchase", FIRST_PURCHASES, DayOfReturn(0.5)),
    Metric("reminder_day", Unit.DAYS, Better.NEITHER, "repurchase", FIRST_PURCHASES, PeakOfReturn()),
    Metric(
        "reminder_day_share", Unit.SHARE, Better.NEITHER, "repurchase", FIRST_PURCHASES, PeakOfReturn(is_share=True)
    ),
)

CONTACT = (
    _ratio(
        "contactable_rate",
        Unit.SHARE,
        "customers",
        CUSTOMERS,
        ("count(*) filter (where can_email or can_sms or can_line)", "count(*)"),
    ),
    *(
        _ratio(
            f"contactable_rate_{channel}",
            Unit.SHARE,
            "customers",
            CUSTOMERS,
            (f"count(*) filter (where can_{channel})", "count(*)"),
        )
        for channel in CONTACT_CHANNELS
    ),
)

# In the order and under the names of the stages that the habit comes with: N, E0, S1, S2, S3.
LIFE_CYCLE_STAGES = ("N", "E0", "S1", "S2", "S3")

# Where the shop has no cycle yet nobody has a stage, and no stage has a count.
LIFE_CYCLES = tuple(
    Metric(
        f"life_cycle_{stage.lower()}",
        Unit.COUNT,
        Better.UP if stage in ("N", "E0") else Better.DOWN,
        "customers",
        LIFE_CYCLE,
        Aggregate(
            f"case when count(*) = count(stage) then count(*) filter (where stage = '{stage}') end",
            sample="count(stage)",
        ),
    )
    for stage in LIFE_CYCLE_STAGES
)

VOICE = (
    _ratio(
        "nps",
        Unit.POINTS,
        "voice",
        ANSWERS,
        (f"100 * ({PROMOTERS} - {DETRACTORS})", SCORES),
        interval=Interval.NPS,
    ),
    _count("nps_answers", "voice", ANSWERS, SCORES),
    _count("nps_promoters", "voice", ANSWERS, PROMOTERS),
    _count("nps_passives", "voice", ANSWERS, PASSIVES, Better.NEITHER),
    _count("nps_detractors", "voice", ANSWERS, DETRACTORS, Better.DOWN),
    _count("nps_blank", "voice", ANSWERS, "count(*) filter (where is_blank)", Better.NEITHER),
    _count("nps_invalid", "voice", ANSWERS, "count(*) filter (where is_invalid)", Better.DOWN),
    _ratio(
        "referral_rate",
        Unit.SHARE,
        "voice",
        ANSWERS,
        (
            "count(*) filter (where is_referral_answer and recommended)",
            "count(*) filter (where is_referral_answer)",
        ),
        interval=Interval.WILSON,
    ),
    _ratio(
        "referred_customer_share",
        Unit.SHARE,
        "voice",
        NEW_CUSTOMERS,
        ("count(*) filter (where is_referred)", "count(*) filter (where source_heard is not null)"),
        interval=Interval.WILSON,
    ),
    _count("complaints", "voice", COMPLAINTS, "count(*)", Better.DOWN),
    _count("complaints_closed", "voice", COMPLAINTS, "count(*) filter (where is_closed)", Better.NEITHER),
    _ratio(
        "complaint_recovery_rate",
        Unit.SHARE,
        "voice",
        COMPLAINTS,
        ("count(*) filter (where is_mature and is_recovered)", "count(*) filter (where is_mature)"),
        interval=Interval.WILSON,
    ),
)

# Measured by functions of their own (crm_core.metrics.rfm); the source only tells since when there is data.
COMPUTED = tuple(
    Metric(key, Unit.SHARE, Better.NEITHER, "customers", PURCHASES, Computed(read)) for key, read in RFM_METRICS.items()
)
FORECASTS = tuple(
    Metric(key, unit, Better.UP, "customers", PURCHASES, Computed(read))
    for key, (unit, read) in FORECAST_METRICS.items()
)
COMMUNITY = tuple(
    Metric(key, Unit.SHARE, Better.UP, "voice", ACTIVITY, Computed(read)) for key, read in COMMUNITY_METRICS.items()
)

CALLS_TRIED = "count(*) filter (where is_tried)"
CALLS_REACHED = "count(*) filter (where is_reached)"
CONTACT_WORK = (
    _count("contacts_made", "customers", CONTACTS, "count(*)"),
    _count("calls_tried", "customers", CONTACTS, CALLS_TRIED),
    _count("calls_reached", "customers", CONTACTS, CALLS_REACHED),
    _ratio("reached_rate", Unit.SHARE, "customers", CONTACTS, (CALLS_REACHED, CALLS_TRIED), interval=Interval.WILSON),
    _ratio(
        "not_reached_rate",
        Unit.SHARE,
        "customers",
        CONTACTS,
        ("count(*) filter (where is_tried and not is_reached)", CALLS_TRIED),
        Better.DOWN,
        Interval.WILSON,
    ),
)

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        *SALES,
        *REPURCHASE,
        *CONTACT,
        *COMPUTED,
        *LIFE_CYCLES,
        *FORECASTS,
        *VOICE,
        *COMMUNITY,
        *CONTACT_WORK,
    )
}


def metric_of(key: str) -> Metric:
    """The metric of that key. Raises ``UnknownName`` where there is none."""
    if key not in METRICS:
        raise UnknownName(name=key)
    return METRICS[key]
