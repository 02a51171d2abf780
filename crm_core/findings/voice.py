"""What customers say, and whether it has really changed: the answer of the page Voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crm_core.analysis.intervals import AttitudeCounts, NpsDifference, nps_difference
from crm_core.db import Cursor
from crm_core.findings.words import Answer
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.measure import trend
from crm_core.metrics.spec import Measured, Reading, TrendPoint
from crm_core.params import Comparison, Granularity, Params, Period
from crm_core.settings import ShopSettings

ATTITUDE_METRICS = ("nps_promoters", "nps_passives", "nps_detractors")
WAVE_METRICS = ("nps", *ATTITUDE_METRICS)
MOST_DAYS_BY_WEEK = 91
DAYS_IN_A_WEEK = 7

Basis = Literal["previous", "last_year", "wave"]
Waves = Mapping[str, Sequence[TrendPoint]]


@dataclass(frozen=True)
class NpsChange:
    """Two NPS of two periods, and the difference with its test. ``basis`` says which two periods these are."""

    basis: Basis
    now: Reading
    earlier: Reading
    now_period: Period
    earlier_period: Period
    difference: NpsDifference


def wave_length(period: Period) -> Granularity:
    """The length of one wave of answers: weeks in a period of up to 13 weeks, else months."""
    return Granularity.WEEK if period.days <= MOST_DAYS_BY_WEEK else Granularity.MONTH


def waves(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[str, list[TrendPoint]]:
    """The trend of the NPS and of its three counts, by metric, in waves of the period."""
    return trend(cursor, WAVE_METRICS, params, wave_length(params.period), settings)


def nps_change(
    measured: Mapping[str, Measured], comparison: Comparison, period: Period, points: Waves
) -> NpsChange | None:
    """The change against the comparison period; where that has no answers, of the last two waves that have some.

    ``None`` where there are no two groups of answers to compare. ``measured`` and ``points`` hold ``WAVE_METRICS``.
    """
    return _against(measured, comparison, period) or _between_waves(points)


def _against(measured: Mapping[str, Measured], comparison: Comparison, period: Period) -> NpsChange | None:
    changes = {
        key: found.previous if comparison is Comparison.PREVIOUS else found.last_year for key, found in measured.items()
    }
    before = {key: change.reading for key, change in changes.items() if change is not None}
    change = changes["nps"]
    if change is None:
        return None
    now = {key: measured[key].reading for key in WAVE_METRICS}
    return _change(comparison.value, now, before, period, change.period)


def _between_waves(points: Waves) -> NpsChange | None:
    answered = [i for i, point in enumerate(points["nps"]) if point.reading.sample_size]
    if len(answered) < 2:
        return None
    earlier, now = (
        {key: points[key][position].reading for key in WAVE_METRICS} for position in (answered[-2], answered[-1])
    )
    periods = [Period(points["nps"][i].start, points["nps"][i].end) for i in answered[-2:]]
    return _change("wave", now, earlier, periods[1], periods[0])


def _change(
    basis: Basis, now: Mapping[str, Reading], earlier: Mapping[str, Reading], period: Period, before: Period
) -> NpsChange | None:
    difference = nps_difference(_counts(now), _counts(earlier))
    if difference is None:
        return None
    return NpsChange(basis, now["nps"], earlier["nps"], period, before, difference)


def _counts(readings: Mapping[str, Reading]) -> AttitudeCounts:
    return AttitudeCounts(*(int(readings[key].value or 0) for key in ATTITUDE_METRICS))


def voice_answer(measured: Mapping[str, Measured], change: NpsChange | None, t: Translator, thin_below: int) -> Answer:
    """The NPS with its promoters and detractors; how sure it is: interval, whether the change is real, thin data.

    ``measured`` holds ``WAVE_METRICS``.
    """
    nps = measured["nps"].reading
    if not is_defined(nps.value):
        return Answer(t("voice.none"))
    counts = {key: t.number(measured[f"nps_{key}"].reading.value) for key in ("promoters", "detractors")}
    sentence = t("voice.sentence", nps=t.reading_text(nps), n=t.number(nps.sample_size), **counts)
    facts = {"interval": t.interval_text(nps), "change": change_words(t, change), "least": t.number(thin_below)}
    return Answer(sentence, t("voice.sure_thin" if nps.is_thin else "voice.sure", **facts))


def change_words(t: Translator, change: NpsChange | None) -> str:
    """The change in words, and whether it is real (z-test at 95 %)."""
    if change is None:
        return t("voice.no_change")
    now, earlier = _names(t, change)
    points = change.difference.difference
    way = "higher" if points > 0 else "lower" if points < 0 else "same"
    return t(
        "voice.real" if change.difference.is_significant else "voice.chance",
        now=now,
        earlier=earlier,
        difference=t(f"voice.{way}", points=t.points(abs(points))),
        now_n=t.number(change.now.sample_size),
        earlier_n=t.number(change.earlier.sample_size),
    )


def _names(t: Translator, change: NpsChange) -> tuple[str, str]:
    """What the two periods of a change are called."""
    if change.basis == "wave":
        return _wave_name(t, change.now_period), _wave_name(t, change.earlier_period)
    return t("voice.now_period"), t(f"voice.{change.basis}_period")


def _wave_name(t: Translator, wave: Period) -> str:
    return t.date_range(wave.start, wave.end) if wave.days <= DAYS_IN_A_WEEK else t.month(wave.start)
