"""Workload: how long the lists are, were and would be, and how many days of calls they hold (METRICS §8).

Earlier weeks are counted as of those days. Later ones are what the lists would hold if nobody bought, answered or
complained meanwhile: rather too many, and the more so the further away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from crm_core.db import Cursor
from crm_core.lists.call_sheet import Pace, calls_that_fit, pace_of
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE
from crm_core.lists.ready_rules import list_sizes
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings

OFFSETS = (-28, -21, -14, -7, 0, 7, 14, 21)


@dataclass(frozen=True)
class Workload:
    """One list: its customers by offset in days from today, and how many days of calls today's are."""

    key: str
    customers: dict[int, int]
    days: float

    @property
    def growth(self) -> int:
        """How many customers more the list holds than four weeks ago."""
        return self.customers[0] - self.customers[OFFSETS[0]]


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


def workload(cursor: Cursor, params: Params, settings: ShopSettings) -> WorkloadAhead:
    """The workload of every ready-made list but the segments."""
    pace = pace_of(cursor, params.day, settings)
    fits = calls_that_fit(pace, settings.contact_people, settings.contact_hours)
    sizes = {offset: _sizes(cursor, params, settings, offset) for offset in OFFSETS}
    keys = (key for key, entry in READY_MADE.items() if entry.segment is None)
    counted = {key: {offset: sizes[offset][key].customers for offset in OFFSETS} for key in keys}
    lists = [Workload(key, told, told[0] / fits) for key, told in counted.items() if any(told.values())]
    return WorkloadAhead(tuple(sorted(lists, key=lambda entry: -entry.customers[0])), pace, fits)


def _sizes(cursor: Cursor, params: Params, settings: ShopSettings, offset: int) -> dict[str, ListSize]:
    """The sizes as of so many days later, with what is known today."""
    later = timedelta(days=offset)
    as_of = params.as_of + later
    day = None if params.contact_on is None else params.contact_on + later
    asked = replace(params, as_of=as_of, period=Period(min(params.period.start, as_of), as_of), contact_on=day)
    return list_sizes(cursor, asked, settings)
