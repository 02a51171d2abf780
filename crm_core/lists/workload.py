"""Workload: how long the lists are, were and would be, and how many days of calls they hold (METRICS §8).

Today's sizes are those of the page of lists. Every other week is a question of its own about all customers, so a large
shop counts the weeks of those lists only that somebody asks for. Earlier weeks are counted as of those days. Later ones
are what the lists would hold if nobody bought, answered or complained meanwhile: rather too many, and the more so the
further away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from crm_core.db import Cursor
from crm_core.lists.call_sheet import Pace, calls_that_fit, pace_of
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE, list_of
from crm_core.lists.ready_rules import list_sizes, ready_lists
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings

OFFSETS = (-28, -21, -14, -7, 0, 7, 14, 21)
# Up to so many customers all weeks of all lists are counted in a second or two.
MOST_FOR_ALL_WEEKS = 50_000

Sizes = Mapping[str, ListSize]
Weeks = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Workload:
    """One list: its customers by offset in days from today, and how many days of calls today's are.

    ``customers`` holds today alone where the other weeks were not asked for.
    """

    key: str
    customers: Mapping[int, int]
    days: float

    @property
    def growth(self) -> int | None:
        """How many customers more the list holds than four weeks ago; ``None``: not counted."""
        return self.customers[0] - self.customers[OFFSETS[0]] if OFFSETS[0] in self.customers else None


@dataclass(frozen=True)
class WorkloadAhead:
    """The lists that hold or held somebody, the longest first; ``fits`` is how many calls a day holds."""

    lists: tuple[Workload, ...]
    pace: Pace
    fits: int

    @property
    def people(self) -> int:
        """How many entries the lists hold today; who is on several counts on each."""
        return sum(entry.customers[0] for entry in self.lists)

    @property
    def days(self) -> float:
        """How many days of calls all lists are."""
        return self.people / self.fits


def work_lists() -> tuple[str, ...]:
    """The lists that the workload is about: every ready-made one but the segments."""
    return tuple(key for key, entry in READY_MADE.items() if entry.segment is None)


def counts_all_weeks(today: Sizes) -> bool:
    """Whether the shop is small enough to count every list in every week without being asked."""
    buyers = sum(today[key].customers for key, entry in READY_MADE.items() if entry.segment is not None)
    return buyers <= MOST_FOR_ALL_WEEKS


def workload(
    cursor: Cursor, params: Params, settings: ShopSettings, keys: Collection[str] | None = None
) -> WorkloadAhead:
    """The workload of today; of the lists in ``keys``, or of all, that of the other weeks too."""
    today = list_sizes(cursor, params, settings)
    asked = work_lists() if keys is None else tuple(list_of(key).key for key in keys)
    weeks = weekly_sizes(cursor, params, settings, asked)
    return workload_of(today, weeks, pace_of(cursor, params.day, settings), settings)


def workload_of(today: Sizes, weeks: Weeks, pace: Pace, settings: ShopSettings) -> WorkloadAhead:
    """The workload out of today's sizes and those of the other weeks that were counted."""
    fits = calls_that_fit(pace, settings.contact_people, settings.contact_hours)
    told = {key: _in_order({0: today[key].customers, **weeks.get(key, {})}) for key in work_lists()}
    lists = [Workload(key, counted, counted[0] / fits) for key, counted in told.items() if any(counted.values())]
    return WorkloadAhead(tuple(sorted(lists, key=lambda entry: -entry.customers[0])), pace, fits)


def _in_order(counted: Mapping[int, int]) -> dict[int, int]:
    return {offset: counted[offset] for offset in OFFSETS if offset in counted}


def weekly_sizes(
    cursor: Cursor, params: Params, settings: ShopSettings, keys: Collection[str]
) -> dict[str, dict[int, int]]:
    """The customers of these lists in the weeks before and after today, by list and offset."""
    if not keys:
        return {}
    others = [offset for offset in OFFSETS if offset]
    found = {offset: ready_lists(cursor, _moved(params, offset), settings, keys).sizes for offset in others}
    return {key: {offset: sizes[key].customers for offset, sizes in found.items()} for key in keys}


def _moved(params: Params, offset: int) -> Params:
    """The question as of so many days later, with what is known today."""
    later = timedelta(days=offset)
    as_of = params.as_of + later
    day = None if params.contact_on is None else params.contact_on + later
    return replace(params, as_of=as_of, period=Period(min(params.period.start, as_of), as_of), contact_on=day)
