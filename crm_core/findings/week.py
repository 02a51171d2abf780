"""One week of the shop: its figures, what they were before, and whether the repurchase share is unusual.

A week that is still running is held against the same days of the earlier week: from its first day to the as-of date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crm_core.analysis.variation import FEWEST_WEEKS, NormalRange, normal_range
from crm_core.db import Cursor
from crm_core.findings.lists import TO_DO
from crm_core.findings.words import Answer, change_words
from crm_core.i18n import Translator, is_defined
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import ReadyMadeList, available_lists
from crm_core.lists.ready_rules import list_sizes
from crm_core.metrics.comparison import compared, is_festive, so_far
from crm_core.metrics.measure import changes_since, measure, trend
from crm_core.metrics.movements import NPS_WEEKS, SHARE, Verdict, weeks_up_to
from crm_core.metrics.spec import Change, Measured, Number, Reading, TrendPoint
from crm_core.params import Comparison, Granularity, Params, Period
from crm_core.periods import DataExtent
from crm_core.settings import ShopSettings

TREND_METRICS = ("revenue", "orders", "customers", SHARE)
WEEK_METRICS = (
    *TREND_METRICS,
    "average_order_value",
    "new_customers",
    "returning_customers",
    "repurchase_orders",
    "identified_orders",
    "identified_order_share",
)


@dataclass(frozen=True)
class WeekFindings:
    """One week: readings with comparisons, the weeks before it, and the verdict on its repurchase share.

    ``params.period`` ends with the as-of date where the week is running; ``is_latest``: no whole week comes after it;
    ``is_festive``: last year is taken by the distance from Lunar New Year's Day.
    ``history`` are the whole weeks of the data before this one, at most 26, and this one as the last; ``normal`` is the
    range of the share in those before.
    """

    params: Params
    is_running: bool
    is_latest: bool
    is_festive: bool
    measured: Mapping[str, Measured]
    nps: Measured
    history: Mapping[str, Sequence[TrendPoint]]
    normal: NormalRange | None
    verdict: Verdict

    def reading(self, metric: str) -> Reading:
        """The week's reading of a metric."""
        return self.measured[metric].reading

    def earlier(self, comparison: Comparison) -> tuple[Comparison, Change] | None:
        """The orders of the week to hold this one against: the one asked for, else last week, else none."""
        orders = self.measured["orders"]
        changes = {Comparison.LAST_YEAR: orders.last_year, Comparison.PREVIOUS: orders.previous}
        for wish in (comparison, Comparison.PREVIOUS):
            if (change := changes[wish]) is not None:
                return wish, change
        return None


def week_findings(cursor: Cursor, params: Params, settings: ShopSettings, extent: DataExtent) -> WeekFindings:
    """The findings of the week that ``params.period`` is, in data of that extent."""
    week, asked = params.period, so_far(params)
    is_running = asked.period != week
    history = trend(cursor, TREND_METRICS, weeks_up_to(asked, extent.first_on, settings), Granularity.WEEK, settings)
    values = [point.reading.value for point in history[SHARE]]
    normal = normal_range(values[:-1])
    return WeekFindings(
        asked,
        is_running,
        week.end + timedelta(days=7) > extent.last_on,
        is_festive(params, settings),
        held_against(cursor, WEEK_METRICS, params, settings),
        _nps(cursor, asked, settings),
        history,
        normal,
        Verdict.RUNNING if is_running else _verdict(values[-1], normal),
    )


def _verdict(value: Number | None, normal: NormalRange | None) -> Verdict:
    if normal is None or not is_defined(value):
        return Verdict.UNKNOWN
    if normal.holds(float(value)):
        return Verdict.NORMAL
    return Verdict.HIGH if value > normal.centre else Verdict.LOW


def held_against(cursor: Cursor, keys: Sequence[str], params: Params, settings: ShopSettings) -> dict[str, Measured]:
    """Readings with their changes; a week that is cut is held against as many days of the earlier one."""
    now = measure(cursor, keys, so_far(params), settings)
    changes = {
        comparison: changes_since(cursor, now, compared(params, comparison, settings), settings)
        for comparison in Comparison
    }
    return {
        key: Measured(now[key], changes[Comparison.PREVIOUS].get(key), changes[Comparison.LAST_YEAR].get(key))
        for key in keys
    }


def _nps(cursor: Cursor, params: Params, settings: ShopSettings) -> Measured:
    """The NPS of the 13 weeks up to the week's end, against the 13 before and the same ones last year."""
    end = params.period.end
    quarter = params.with_period(Period(end - timedelta(days=7 * NPS_WEEKS - 1), end))
    return held_against(cursor, ["nps"], quarter, settings)["nps"]


def lists_to_do(cursor: Cursor, params: Params, settings: ShopSettings) -> list[tuple[ReadyMadeList, ListSize]]:
    """The ready-made lists for this week that have somebody on them as of the date, in their own order."""
    sizes = list_sizes(cursor, params, settings)
    reasons = [entry for entry in available_lists(cursor) if entry.key in TO_DO]
    return [(entry, sizes[entry.key]) for entry in reasons if sizes[entry.key].customers]


def week_answer(found: WeekFindings, comparison: Comparison, t: Translator) -> Answer:
    """What happened to the repurchase share, against which week, and whether it is unusual for this shop."""
    week = _week_words(found, t)
    if not found.reading("orders").value:
        return Answer(t("this_week.sentence.no_orders", week=week))
    share = found.measured[SHARE]
    if not is_defined(share.reading.value):
        return Answer(t("this_week.sentence.no_share", week=week, orders=t.number(found.reading("orders").value)))
    change = share.previous if comparison is Comparison.PREVIOUS else share.last_year
    sentence = t(
        "this_week.sentence.share",
        week=week,
        share=t.reading_text(share.reading),
        repurchase=t.number(found.reading("repurchase_orders").value),
        identified=t.number(found.reading("identified_orders").value),
        change=change_words(t, "this_week.change", change, comparison),
        verdict=t(f"this_week.verdict.{found.verdict.value}", weeks=_weeks(found)),
    )
    return Answer(sentence, _how_sure(found, change, comparison, t))


def _week_words(found: WeekFindings, t: Translator) -> str:
    """How the sentence calls the week: this week, this week so far, or its days."""
    if found.is_running:
        return t("this_week.running")
    period = found.params.period
    return t("this_week.week" if found.is_latest else "this_week.past", days=t.date_range(period.start, period.end))


def _weeks(found: WeekFindings) -> int:
    return found.normal.weeks if found.normal else FEWEST_WEEKS


def _how_sure(found: WeekFindings, change: Change | None, comparison: Comparison, t: Translator) -> str:
    parts = []
    if found.is_festive and change is not None and comparison is Comparison.LAST_YEAR:
        parts.append(t("change.festive", days=t.date_range(change.period.start, change.period.end)))
    if found.normal is not None:
        low, high = t.share(max(0.0, found.normal.low)), t.share(min(1.0, found.normal.high))
        parts.append(t("this_week.normal", low=low, high=high, weeks=found.normal.weeks))
    share = found.reading(SHARE)
    if share.is_thin:
        parts.append(t.plural("this_week.thin", share.sample_size))
    return "\n".join(parts)
