"""Which earlier period a period is held against: the one before, or the matching days of last year (METRICS §1).

Last year is 52 weeks back for whole weeks and the same dates for anything else; around Lunar New Year it is the days as
far from last year's New Year's Day (crm_core.analysis.lunar_new_year), in countries that keep it. A period that the
as-of date cuts is held against as many first days of the earlier one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crm_core.analysis.lunar_new_year import matching_last_year
from crm_core.params import Comparison, Params, Period
from crm_core.settings import ShopSettings


def compared(params: Params, comparison: Comparison, settings: ShopSettings) -> Params:
    """The same question about the earlier period, as it stood at that period's end."""
    whole = _earlier(params.period, comparison, settings)
    missing = max(0, (params.period.end - params.as_of).days)
    earlier = Period(whole.start, whole.end - timedelta(days=missing))
    return replace(params, period=earlier, as_of=earlier.end)


def is_festive(params: Params, settings: ShopSettings) -> bool:
    """Whether last year is taken by the distance from Lunar New Year's Day."""
    return _festive(params.period, settings) is not None


def so_far(params: Params) -> Params:
    """The question with its period cut to the as-of date."""
    return params.with_period(Period(params.period.start, min(params.period.end, params.as_of)))


def _earlier(period: Period, comparison: Comparison, settings: ShopSettings) -> Period:
    if comparison is Comparison.PREVIOUS:
        return period.previous()
    return _festive(period, settings) or period.last_year()


def _festive(period: Period, settings: ShopSettings) -> Period | None:
    return matching_last_year(period, period.last_year(), settings.country)
