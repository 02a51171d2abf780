"""Tables of who says what: the NPS by every kind of group, by survey wave, and by what the respondents are worth."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crm_core.analysis.intervals import AttitudeCounts, nps_difference, nps_interval, wilson
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.measure import BY_CHANNEL, Grouping, breakdown, measure
from crm_core.metrics.query import Row, frame_of, rows_of
from crm_core.metrics.rfm import question
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.metrics.voice_tables import NPS_COLUMNS, by_first_channel, by_segment, period_values
from crm_core.params import Params
from crm_core.settings import ShopSettings

COUNT_METRICS = ("nps_promoters", "nps_passives", "nps_detractors")
TENURES = ("up_to_90_days", "up_to_1_year", "up_to_2_years", "over_2_years")
MONEY_ATTITUDES = ("promoter", "passive", "detractor", "silent")
WORTHS = ("best", "others")
PRODUCTS_LISTED = 100
BY = ("segment", "channel", "first_channel", "product", "city", "tenure", "wave")

CITIES = "select customer_id, city as group_key from customer_mart"
PRODUCTS = "select answer_key, group_key from answer_products($first_on, $last_on)"
TENURE_GROUPS = "select answer_key, group_key from answer_tenures($first_on, $last_on)"

Counted = dict[str | None, AttitudeCounts]


def nps_by(cursor: Cursor, params: Params, settings: ShopSettings, *, by: str = "") -> pd.DataFrame:
    """NPS of every group of one kind, or of all kinds (``by`` empty), each held against the rest.

    Kinds: ``segment`` (RFM, as of the date), ``channel`` (of the answer), ``first_channel`` and ``city`` (of the
    customer), ``product`` (in the customer's last purchase on or before the answer; an answer counts with each, the
    100 with most answers are listed), ``tenure`` (since purchase 1, on the day of the answer), ``wave`` (see
    ``survey_waves``). The rest are all answers of the period outside the group: of all groups together, for ``product``
    of everyone.

    Columns: by, group (NULL: answers without one), name (of a product), nps, low, high (95 %), answers, promoters,
    passives, detractors, is_thin, difference (points to the rest; NULL without a rest), p_value (two-sided z-test),
    is_different (at 95 %).
    """
    if by and by not in BY:
        raise InvalidParams(by=by)
    frames = [_kind(cursor, kind, params, settings) for kind in ([by] if by else BY)]
    return pd.concat(frames, ignore_index=True)


def kinds_known(cursor: Cursor, params: Params) -> tuple[str, ...]:
    """The kinds of group that can tell answers apart here, in the order of ``BY``; without scoring any."""
    row = rows_of(cursor, model("metrics/nps_kinds"), {"end_on": min(params.period.end, params.as_of)})[0]
    return tuple(kind for kind in BY if row[kind])


def _kind(cursor: Cursor, kind: str, params: Params, settings: ShopSettings) -> pd.DataFrame:
    counted = _waves_counted(cursor, params) if kind == "wave" else _counted(cursor, kind, params, settings)
    everyone = _everyone(cursor, params, settings) if kind == "product" else _sum(list(counted.values()))
    names = _product_names(cursor, [key for key in counted if key]) if kind == "product" else {}
    rows = [
        {"by": kind, "group": group, "name": names.get(group or ""), **_row(counts, everyone, settings)}
        for group, counts in _in_order(kind, counted)
    ]
    frame = pd.DataFrame(rows, columns=[column.key for column in NPS_BY_COLUMNS])
    floats = ("nps", "low", "high", "difference", "p_value")
    return frame.astype(dict.fromkeys(floats, "float64") | dict.fromkeys(("is_thin", "is_different"), "bool"))


def _counted(cursor: Cursor, kind: str, params: Params, settings: ShopSettings) -> Counted:
    """Promoters, passives and detractors of every group that has a valid score."""
    found = breakdown(cursor, COUNT_METRICS, params, _grouping(kind, params, settings), settings)
    counts = {
        group: AttitudeCounts(*(int(found[key][group].value or 0) for key in COUNT_METRICS))
        for group in found["nps_promoters"]
    }
    return {group: each for group, each in counts.items() if each.answers}


def _grouping(kind: str, params: Params, settings: ShopSettings) -> Grouping:
    match kind:
        case "channel":
            return BY_CHANNEL
        case "segment":
            return by_segment(params, settings)
        case "first_channel":
            return by_first_channel(params)
        case "city":
            return Grouping(kind, customer_groups=CITIES)
        case _:
            days = {"first_on": params.period.start, "last_on": min(params.period.end, params.as_of)}
            groups = PRODUCTS if kind == "product" else TENURE_GROUPS
            return Grouping(kind, customer_groups=groups, values=days, matched_on="answer_key")


def _everyone(cursor: Cursor, params: Params, settings: ShopSettings) -> AttitudeCounts:
    found = measure(cursor, COUNT_METRICS, params, settings)
    return AttitudeCounts(*(int(found[key].value or 0) for key in COUNT_METRICS))


def _sum(groups: Sequence[AttitudeCounts]) -> AttitudeCounts:
    return AttitudeCounts(*(sum(counts) for counts in zip(*groups, strict=True))) if groups else AttitudeCounts(0, 0, 0)


def _product_names(cursor: Cursor, keys: Sequence[str]) -> dict[str, str]:
    asked = "select product_key, coalesce(name, product_key) from product_mart where product_key in (select unnest(?))"
    return dict(cursor.execute(asked, [list(keys)]).fetchall())


def _in_order(kind: str, counted: Counted) -> list[tuple[str | None, AttitudeCounts]]:
    """Tenures and waves in the order of time, other groups with most answers first; answers without a group last."""
    if kind == "tenure":
        place = {key: number for number, key in enumerate(TENURES)}
        return sorted(counted.items(), key=lambda item: place.get(item[0] or "", len(place)))
    if kind == "wave":
        return sorted(counted.items(), key=lambda item: item[0] or "")
    ordered = sorted(counted.items(), key=lambda item: (item[0] is None, -item[1].answers, item[0] or ""))
    return ordered[:PRODUCTS_LISTED] if kind == "product" else ordered


def _row(counts: AttitudeCounts, everyone: AttitudeCounts, settings: ShopSettings) -> Row:
    low, high = nps_interval(counts) or (None, None)
    rest = AttitudeCounts(*(total - own for total, own in zip(everyone, counts, strict=True)))
    test = nps_difference(counts, rest)
    return {
        "nps": counts.nps,
        "low": low,
        "high": high,
        "answers": counts.answers,
        "promoters": counts.promoters,
        "passives": counts.passives,
        "detractors": counts.detractors,
        "is_thin": counts.answers < settings.thin_below,
        "difference": test.difference if test else None,
        "p_value": test.p_value if test else None,
        "is_different": test is not None and test.is_significant,
    }


def _waves(cursor: Cursor, params: Params) -> list[Row]:
    return rows_of(cursor, model("metrics/survey_waves"), period_values(cursor, params))


def _waves_counted(cursor: Cursor, params: Params) -> Counted:
    counted = {
        str(row["start"]): AttitudeCounts(*(_count(row, key) for key in ATTITUDE_KEYS))
        for row in _waves(cursor, params)
    }
    return {wave: counts for wave, counts in counted.items() if counts.answers}


ATTITUDE_KEYS = ("promoters", "passives", "detractors")


def _count(row: Row, key: str) -> int:
    value = row[key]
    return value if isinstance(value, int) else 0


def survey_waves(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """NPS and response of every survey wave with an answer in the period, the earliest first.

    A wave ends where nobody answers for more than 21 days; answers that keep coming for more than 92 days are cut by
    calendar month. In a wave a known respondent counts once, with the latest valid score. ``response_rate`` = invited
    customers who answered / customers who were invited, known only where the activity file tells who was sent a survey
    (action "sent", a subject that speaks of one) from 14 days before the wave to its last day; else NULL.
    ``reachable_share`` = known respondents / customers with an e-mail address or a phone number known by the first day:
    a lower bound of the response, as nobody knows how many of them were asked.

    Columns: start, end, nps, low, high, answers, promoters, passives, detractors, is_thin, respondents, invited,
    response_rate, response_low, response_high (95 % Wilson), reachable, reachable_share.
    """
    rows = [_wave_row(row, settings) for row in _waves(cursor, params)]
    frame = pd.DataFrame(rows, columns=[column.key for column in WAVE_COLUMNS])
    floats = ("nps", "low", "high", "response_rate", "response_low", "response_high", "reachable_share")
    return frame.astype(dict.fromkeys(floats, "float64")).astype({"invited": "Int64"})


def _wave_row(row: Row, settings: ShopSettings) -> Row:
    counts = AttitudeCounts(*(_count(row, key) for key in ATTITUDE_KEYS))
    scored = _row(counts, counts, settings)
    answered = wilson(_count(row, "invited_respondents"), _count(row, "invited")) or (None, None)
    response = dict(zip(("response_low", "response_high"), answered, strict=True))
    return {**row, **scored, **response}


def nps_by_money(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """What the best customers think: the top 20 % by revenue (rounded up) and the others, by attitude.

    The latest valid score up to the as-of date counts, whenever it was given; who never gave one is ``silent``, which
    is unknown and never happy. Columns: worth (best or others), attitude (promoter, passive, detractor, silent),
    customers, share (of best or others), revenue (net), revenue_share (of all).
    """
    values = {"question": question(params, settings), "attitudes": list(MONEY_ATTITUDES)}
    return frame_of(cursor, model("metrics/nps_by_money"), values)


NPS_BY_COLUMNS = (
    Column("by", ColumnKind.TEXT),
    Column("group", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    *NPS_COLUMNS,
    Column("difference", Unit.POINTS),
    Column("p_value", Unit.SHARE),
    Column("is_different", ColumnKind.FLAG),
)
WAVE_COLUMNS = (
    Column("start", ColumnKind.DATE),
    Column("end", ColumnKind.DATE),
    *NPS_COLUMNS,
    Column("respondents", Unit.COUNT),
    Column("invited", Unit.COUNT),
    Column("response_rate", Unit.SHARE),
    Column("response_low", Unit.SHARE),
    Column("response_high", Unit.SHARE),
    Column("reachable", Unit.COUNT),
    Column("reachable_share", Unit.SHARE),
)

NPS_TABLES: dict[str, TableSpec] = {
    "nps_by": TableSpec(NPS_BY_COLUMNS, nps_by, options=("by",)),
    "survey_waves": TableSpec(WAVE_COLUMNS, survey_waves),
    "nps_by_money": TableSpec(
        (
            Column("worth", ColumnKind.TEXT),
            Column("attitude", ColumnKind.TEXT),
            Column("customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
            Column("revenue_share", Unit.SHARE),
        ),
        nps_by_money,
    ),
}
