"""Ready-made periods, and what stretch of days the data covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.params import Period, week_of


class Preset(StrEnum):
    """A period by name, always up to the as-of date."""

    LAST_4_WEEKS = "last_4_weeks"
    LAST_13_WEEKS = "last_13_weeks"
    LAST_52_WEEKS = "last_52_weeks"
    THIS_MONTH = "this_month"
    THIS_YEAR = "this_year"
    ALL = "all"


WEEKS = {Preset.LAST_4_WEEKS: 4, Preset.LAST_13_WEEKS: 13, Preset.LAST_52_WEEKS: 52}


@dataclass(frozen=True)
class DataExtent:
    """The first and last day with an order (of whatever status), and the channels that occur."""

    first_on: date
    last_on: date
    channels: tuple[str, ...]


def data_extent(cursor: Cursor) -> DataExtent | None:
    """What the orders cover, in a shop without orders what the survey answers cover; ``None`` without either."""
    names = cursor.execute("select distinct channel from order_mart order by channel").fetchall()
    for column, mart in (("ordered_on", "order_mart"), ("answered_on", "answer_mart")):
        first, last = cursor.execute(f"select min({column}), max({column}) from {mart}").fetchall()[0]
        if first is not None:
            return DataExtent(first, last, tuple(name for (name,) in names))
    return None


def answers_extent(cursor: Cursor, undated_on: date | None) -> DataExtent | None:
    """What orders and survey answers cover together: a survey may be newer than the last export of orders.

    Where nothing has a day, but there are answers, it is the day ``undated_on``; ``None`` without orders and answers.
    """
    orders = data_extent(cursor)
    first, last, answers = cursor.execute(
        "select min(answered_on), max(answered_on), count(*) from answer_mart"
    ).fetchall()[0]
    if orders is None:
        return DataExtent(undated_on, undated_on, ()) if undated_on and answers else None
    if first is None:
        return orders
    return DataExtent(min(orders.first_on, first), max(orders.last_on, last), orders.channels)


def has_orders(cursor: Cursor) -> bool:
    """Whether there is any order, of whatever status."""
    return bool(cursor.execute("select exists (select 1 from order_mart)").fetchall()[0][0])


def has_answers(cursor: Cursor) -> bool:
    """Whether there is any survey answer."""
    return bool(cursor.execute("select exists (from answer_mart)").fetchall()[0][0])


def has_complaints(cursor: Cursor) -> bool:
    """Whether any file of questions and complaints tells of a complaint."""
    return bool(cursor.execute("select exists (from service_mart where is_complaint)").fetchall()[0][0])


def has_activity(cursor: Cursor) -> bool:
    """Whether there is any row of an activity file."""
    return bool(cursor.execute("select exists (from activity_mart)").fetchall()[0][0])


def preset_period(preset: Preset, as_of: date, first_on: date) -> Period:
    """The days a preset means on ``as_of``; week presets are whole weeks, so that last year's weekdays match."""
    if preset in WEEKS:
        return Period(as_of - timedelta(days=7 * WEEKS[preset] - 1), as_of)
    if preset is Preset.THIS_MONTH:
        return Period(as_of.replace(day=1), as_of)
    if preset is Preset.THIS_YEAR:
        return Period(as_of.replace(month=1, day=1), as_of)
    return Period(min(first_on, as_of), as_of)


def last_full_week(extent: DataExtent, *, starts_on_sunday: bool = False) -> Period:
    """The latest week that the data covers to its end; the current one where no week is full yet."""
    current = week_of(extent.last_on, starts_on_sunday=starts_on_sunday)
    if current.end == extent.last_on or current.start <= extent.first_on:
        return current
    return current.shifted(-7)


def last_week_with_orders(cursor: Cursor, extent: DataExtent, *, starts_on_sunday: bool = False) -> Period:
    """The latest week with an order that counts and that the data covers to its end; without one the current week."""
    full = last_full_week(extent, starts_on_sunday=starts_on_sunday)
    asked = "select max(ordered_on) from order_mart where is_counted and ordered_on <= ?"
    row = cursor.execute(asked, [full.end]).fetchone()
    last_on = row[0] if row and row[0] is not None else extent.last_on
    return week_of(last_on, starts_on_sunday=starts_on_sunday)


def week_name(week: Period) -> str:
    """The ISO name of a week, ``2026-W46``; a week that starts on Sunday is named after its Monday."""
    year, number, _ = (week.end - timedelta(days=1)).isocalendar()
    return f"{year}-W{number:02d}"


def named_week(name: str, *, starts_on_sunday: bool = False) -> Period:
    """The week of an ISO name. Raises ``InvalidParams`` for a text that names none."""
    year, _, number = name.partition("-W")
    try:
        return week_of(date.fromisocalendar(int(year), int(number), 1), starts_on_sunday=starts_on_sunday)
    except (ValueError, OverflowError):
        raise InvalidParams("unknown_week") from None
