"""Who comes back: the answer of the page Repurchase, the ladder, the reminder day, the shares over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from crm_core.analysis.hazard import LEAST_RETURNS
from crm_core.db import Cursor
from crm_core.findings.words import Answer
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.comparison import compared
from crm_core.metrics.measure import changes_since, measure, trend
from crm_core.metrics.registry import metric_of
from crm_core.metrics.spec import Change, Column, ColumnKind, Reading, Table
from crm_core.metrics.tables import table
from crm_core.params import Comparison, Granularity, Params, Period
from crm_core.settings import ShopSettings

ANSWER_DAYS = (30, 60, 90)
ANSWER_METRICS = tuple(f"repurchase_within_{days}d" for days in ANSWER_DAYS)

REMINDER_METRICS = ("reminder_day", "reminder_day_share")
# A reminder day that is known to four weeks only is no day to plan with; nor is one in the first week, when the goods
# of the first order are hardly there.
WIDEST_REMINDER = 28
EARLIEST_REMINDER = 8

# The ladder is told for a year, or for as long as the shop's data lets its first steps be told.
LADDER_WINDOWS = (365, 180, 90, 30)
STEPS_TOLD = 4

# Half a year of months is a line of six points; anything shorter is told by week.
SHORTEST_BY_MONTH = 26 * 7
DAYS_IN_A_WEEK = 7
WORTH_MONTHS = 12
QUARTER_WEEKS = 13

TREND_METRICS = (
    "identified_orders",
    "repurchase_orders",
    "repurchase_order_share",
    "identified_revenue",
    "repurchase_revenue",
    "repurchase_revenue_share",
)


def repurchase_answer(readings: Mapping[str, Reading], t: Translator) -> Answer:
    """Of 100 first-time buyers, how many are back by day 30, 60 and 90, as far as the data goes."""
    told = [
        (days, reading)
        for days, key in zip(ANSWER_DAYS, ANSWER_METRICS, strict=True)
        if is_defined((reading := readings[key]).value)
    ]
    buyers = readings[ANSWER_METRICS[0]].sample_size
    if not told:
        return Answer(t("repurchase.sentence.too_short", days=ANSWER_DAYS[0]), t.plural("repurchase.buyers", buyers))
    parts = [_by_day(days, reading, "first" if place == 0 else "next", t) for place, (days, reading) in enumerate(told)]
    back = t("repurchase.sentence.back", listed=t("repurchase.sentence.joint").join(parts))
    day = readings.get("reminder_day")
    if day is not None and stands_out(day):
        back = t("repurchase.sentence.then", first=back, then=t("repurchase.reminder.answer", n=t.number(day.value)))
    return Answer(back, _how_sure(told[-1], buyers, t))


def _by_day(days: int, reading: Reading, place: str, t: Translator) -> str:
    return t(f"repurchase.sentence.{place}", days=days, n=t.share(reading.value, 0).removesuffix("%"))


def _how_sure(last: tuple[int, Reading], buyers: int, t: Translator) -> str:
    days, reading = last
    parts = [t.plural("repurchase.buyers", buyers)]
    if (interval := t.interval_text(reading)) is not None:
        parts.append(t("repurchase.interval", days=days, share=t.reading_text(reading), interval=interval))
    if days != ANSWER_DAYS[-1]:
        parts.append(t("repurchase.sentence.not_yet", days=ANSWER_DAYS[-1]))
    if reading.is_thin:
        parts.append(t("repurchase.thin"))
    return "\n".join(parts)


@dataclass(frozen=True)
class Held:
    """A reading held against an earlier one: the comparison that was chosen, or the same question some weeks earlier.

    ``weeks_back`` is ``None`` for the chosen comparison; ``change`` is ``None`` where nothing can be compared.
    """

    reading: Reading
    change: Change | None
    weeks_back: int | None = None


def held_against(
    cursor: Cursor, keys: Sequence[str], params: Params, comparison: Comparison, settings: ShopSettings
) -> dict[str, Held]:
    """The readings against the comparison that was chosen; where the data is too young for it, 13 weeks earlier.

    A shop in its second year has no earlier year, but it can tell whether it does better than a quarter ago: the same
    length of time up to that day, and for customer-level numbers all history up to it (13 weeks of it at least).
    """
    now = measure(cursor, keys, params, settings)
    changes = changes_since(cursor, now, compared(params, comparison, settings), settings)
    young = {key: reading for key, reading in now.items() if key not in changes}
    earlier = _a_quarter_earlier(cursor, young, params, settings) if young else {}
    return {
        key: Held(reading, changes.get(key) or earlier.get(key), QUARTER_WEEKS if key in earlier else None)
        for key, reading in now.items()
    }


def _a_quarter_earlier(
    cursor: Cursor, now: Mapping[str, Reading], params: Params, settings: ShopSettings
) -> dict[str, Change]:
    back = -QUARTER_WEEKS * DAYS_IN_A_WEEK
    as_of, period = params.as_of + timedelta(days=back), params.period.shifted(back)
    if period.start > as_of:
        return {}
    lately = Period(as_of + timedelta(days=back + 1), as_of)
    changes: dict[str, Change] = {}
    for is_as_of, span in ((False, period), (True, lately)):
        keys = {key: reading for key, reading in now.items() if metric_of(key).source.is_as_of is is_as_of}
        changes |= changes_since(cursor, keys, replace(params, as_of=as_of, period=span), settings)
    return changes


def stands_out(day: Reading) -> bool:
    """Whether a reminder day can be planned with: after the first week, its interval four weeks wide at most."""
    return day.value is not None and day.value >= EARLIEST_REMINDER and _is_narrow(day)


def _is_narrow(day: Reading) -> bool:
    return day.low is not None and day.high is not None and day.high - day.low <= WIDEST_REMINDER


def reminder_words(readings: Mapping[str, Reading], t: Translator) -> str:
    """The reminder day with its interval, that no day stands out, or how many returns it would need."""
    day = readings["reminder_day"]
    if day.value is None:
        n = t.number(day.sample_size)
        return t("repurchase.reminder.too_few", least=t.number(LEAST_RETURNS), n=n)
    bounds = {"low": t.number(day.low), "high": t.number(day.high)}
    if day.value < EARLIEST_REMINDER and _is_narrow(day):
        return t("repurchase.reminder.early", n=t.number(day.value))
    if not stands_out(day):
        return t("repurchase.reminder.alike", **bounds)
    share = t.reading_text(readings["reminder_day_share"])
    return t("repurchase.reminder.stands_out", n=t.number(day.value), share=share, **bounds)


@dataclass(frozen=True)
class Ladder:
    """The table purchase_ladder within ``days``."""

    days: int
    table: Table


def ladder_of(cursor: Cursor, params: Params, settings: ShopSettings) -> Ladder:
    """The step ladder within a year, or within the longest window that its first steps can be told for.

    A shop of eight months has no share "within a year" at any step, but one within 180 days at most of them.
    """
    found = [Ladder(LADDER_WINDOWS[0], table(cursor, "purchase_ladder", params, settings))]
    for days in LADDER_WINDOWS[1:]:
        if _steps_told(found[-1].table) == 1:
            break
        found.append(Ladder(days, table(cursor, "purchase_ladder", params, settings, days=days)))
    return max(found, key=lambda ladder: (_steps_told(ladder.table), ladder.days))


def _steps_told(ladder: Table) -> float:
    """The share of the first steps whose chance is known: of those that are not thin, or of the very first."""
    first = ladder.frame.head(STEPS_TOLD)
    solid = first[~first["is_thin"].astype(bool)]
    judged = solid if len(solid) else first.head(1)
    return float(judged["return_rate"].notna().mean()) if len(judged) else 1.0


def ladder_title(ladder: pd.DataFrame, t: Translator) -> str:
    """That the second purchase is the hurdle, where the intervals of the first two steps say so; else the question."""
    if len(ladder) >= 2:
        first, second = ladder.iloc[0], ladder.iloc[1]
        if (
            not second["is_thin"]
            and is_defined(first["high"])
            and is_defined(second["low"])
            and (first["high"] < second["low"])
        ):
            rates = {"first": t.share(first["return_rate"], 0), "second": t.share(second["return_rate"], 0)}
            return t("repurchase.ladder.title_hurdle", **rates)
    return t("repurchase.ladder.title")


def ladder_note(ladder: pd.DataFrame, t: Translator) -> str:
    """The usual days from each of the first steps to the next, where enough went on."""
    told = ladder[(ladder["went_on"] > 0) & ~ladder["is_thin"].astype(bool)].head(STEPS_TOLD)
    steps = [
        t("repurchase.ladder.gap", step=step, next=step + 1, days=t.days(float(days)))
        for step, days in zip(told["step"], told["observed_gap_median"], strict=True)
    ]
    return t("repurchase.ladder.note", steps=t("charts.comma").join(steps)) if steps else ""


def share_trend(cursor: Cursor, params: Params, settings: ShopSettings) -> Table:
    """Repurchase share of orders and of revenue: by month (the table repurchase_by_month), in short periods by week.

    Buckets before the first identified order are left out. Columns: start, end, ``TREND_METRICS``, is_complete, and by
    month the changes.
    """
    by_month = params.period.days >= SHORTEST_BY_MONTH
    found = table(cursor, "repurchase_by_month", params, settings) if by_month else _by_week(cursor, params, settings)
    begun = found.frame["identified_orders"].cumsum() > 0
    return replace(found, frame=found.frame[begun].reset_index(drop=True))


def _by_week(cursor: Cursor, params: Params, settings: ShopSettings) -> Table:
    points = trend(cursor, TREND_METRICS, params, Granularity.WEEK, settings)
    spans = [Period(point.start, point.end) for point in points["identified_orders"]]
    frame = pd.DataFrame({"start": [span.start for span in spans], "end": [span.end for span in spans]})
    for key in TREND_METRICS:
        frame[key] = pd.Series([point.reading.value for point in points[key]], dtype="float64")
    frame["is_complete"] = [span.days == DAYS_IN_A_WEEK for span in spans]
    columns = (
        Column("start", ColumnKind.DATE),
        Column("end", ColumnKind.DATE),
        *(Column(key, metric_of(key).unit) for key in TREND_METRICS),
        Column("is_complete", ColumnKind.FLAG),
    )
    return Table("repurchase_by_week", columns, frame)


def value_title(first: Reading, again: Reading, t: Translator) -> str:
    """Whether a repeat order is worth more than a first one, as the title of their chart; of few orders a question."""
    if not (is_defined(first.value) and is_defined(again.value)) or not first.value or first.is_thin or again.is_thin:
        return t("repurchase.value.unknown")
    ratio = float(again.value) / float(first.value) - 1
    if abs(ratio) < 0.005:  # shown without decimals
        return t("repurchase.value.same")
    return t("repurchase.value.more" if ratio > 0 else "repurchase.value.less", share=t.share(abs(ratio), 0))


def worth_words(frame: pd.DataFrame, thin_below: int, t: Translator, currency: str) -> str:
    """What a customer has brought after a year, or the longest time that enough customers are known for.

    Out of the table lifetime_value; nothing where there are too few even for the first month after.
    """
    told = frame[frame["months_since"].between(1, WORTH_MONTHS) & (frame["customers"] >= thin_below)]
    if told.empty:
        return ""
    last = told.iloc[-1]
    amount = t.money(float(last["cumulative_revenue_per_customer"]), currency)
    return t("cohorts.worth", months=int(last["months_since"]), amount=amount, n=t.number(int(last["customers"])))
