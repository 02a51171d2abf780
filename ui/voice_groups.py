"""The parts of the voice page about who says what: groups of customers, and survey waves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.nps_tables import kinds_known
from crm_core.metrics.spec import ColumnKind, Reading, Table, Unit
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, headed
from ui.text import joined

CHART_ROWS = 12
MANY = 5
ROWS = (
    ("who", ColumnKind.TEXT, "group"),
    ("nps", Unit.POINTS, "nps"),
    ("low", Unit.POINTS, "low"),
    ("high", Unit.POINTS, "high"),
    ("answers", Unit.COUNT, "answers"),
    ("detractors", Unit.COUNT, "detractors"),
    ("difference", Unit.POINTS, "difference"),
    ("verdict", ColumnKind.TEXT, "verdict"),
)
# The kind of group that lists the people, and the name of its value.
PEOPLE = {
    "segment": ("attitude_in_segment", "segment"),
    "channel": ("attitude_in_channel", "channel"),
    "first_channel": ("attitude_by_first_channel", "first_channel"),
    "product": ("attitude_after_product", "product_key"),
    "city": ("attitude_in_city", "city"),
    "tenure": ("attitude_by_tenure", "tenure"),
}
LISTED = ("detractor", "promoter")


@dataclass(frozen=True)
class GroupRow:
    """One row of the table nps_by; ``group`` ``None`` holds the answers without one."""

    group: str | None
    name: str | None
    nps: float
    low: float | None
    high: float | None
    answers: int
    promoters: int
    detractors: int
    is_thin: bool
    difference: float | None
    is_different: bool


@dataclass(frozen=True)
class WaveRow:
    """One row of the table survey_waves."""

    start: date
    end: date
    answers: int
    respondents: int
    invited: int | None
    response_rate: float | None
    response_low: float | None
    response_high: float | None
    reachable: int
    reachable_share: float | None


def days_of(params: Params) -> dict[str, date]:
    """The days of a question, as the groups of people take them."""
    return {"from_on": params.period.start, "to_on": min(params.period.end, params.as_of)}


def can_list(visit: Visit, params: Params) -> bool:
    """Whether a list of those who answered can hold anybody: they are known, and the shop has orders."""
    return "segment" in remembered(visit, kinds_known, params)


def who_says_chart(visit: Visit, by: str, found: Table, nps: Reading, params: Params) -> None:
    """The NPS of each group around everyone's; what the test says of each stands in the rows and in the note."""
    t = visit.t
    rows = records(found.frame, GroupRow)
    seen = rows[:CHART_ROWS]
    colours = visit.theme.segments if by == "segment" else {}
    dots = [
        Dot(
            group_name(t, by, row),
            row.nps,
            row.low,
            row.high,
            int(row.answers),
            bool(row.is_thin),
            colours.get(row.group or "") or (None if row.group else visit.theme.anonymous),
        )
        for row in seen
    ]
    everyone = (t("metrics.nps.short"), float(nps.value)) if is_defined(nps.value) else None
    show_chart(
        visit,
        f"by_{by}",
        t(f"opinions.title.{by}"),
        dot_plot(dots, t, visit.theme, Unit.POINTS, t("opinions.groups.axis"), everyone),
        rows=_rows(visit, by, rows),
        definition=t("opinions.groups.how", nps=t("metrics.nps.help")),
        people=PeopleChoice(t("opinions.groups.people"), _links(visit, by, seen, params)),
        note=verdict_note(t, by, rows),
    )


def group_name(t: Translator, by: str, row: GroupRow) -> str:
    """A group as it is read."""
    if row.group is None:
        return t(f"opinions.nobody.{by}")
    if by == "segment":
        return t(f"segments.{row.group}.name")
    if by == "tenure":
        return t(f"opinions.tenure.{row.group}")
    if by == "wave":
        return t("opinions.groups.wave", day=t.date(date.fromisoformat(row.group)))
    return row.name or row.group


def verdict(row: GroupRow) -> str:
    """What the test says of a group against the rest."""
    if row.difference is None:
        return "alone"
    if not row.is_different:
        return "alike"
    return "higher" if row.difference > 0 else "lower"


def verdict_note(t: Translator, by: str, rows: list[GroupRow]) -> str:
    """Which groups are really different, and how much that can say."""
    different = [group_name(t, by, row) for row in rows if verdict(row) in ("higher", "lower")]
    if len(rows) < 2:
        return t("opinions.groups.alone")
    words = t("opinions.groups.different", groups=joined(t, different)) if different else t("opinions.groups.alike")
    many = t("opinions.groups.many", n=t.number(len(rows))) if len(rows) > MANY and different else ""
    listed = t("opinions.groups.listed", n=t.number(CHART_ROWS)) if len(rows) > CHART_ROWS else ""
    return " ".join(part for part in (words, many, listed) if part)


def _rows(visit: Visit, by: str, rows: list[GroupRow]) -> Rows:
    t = visit.t
    frame = pd.DataFrame(
        [
            {**vars(row), "who": group_name(t, by, row), "verdict": t(f"opinions.verdict.{verdict(row)}")}
            for row in rows
        ],
        columns=[key for key, _, _ in ROWS],
    )
    columns = [Column(key, t(f"opinions.column.{word}"), unit) for key, unit, word in ROWS]
    return Rows(frame, columns, f"nps_by_{by}.csv")


def _links(visit: Visit, by: str, rows: list[GroupRow], params: Params) -> dict[str, ListLink]:
    """The way to the detractors and to the promoters of each group that has some."""
    t, links = visit.t, {}
    for row in rows:
        for attitude in LISTED:
            if row.group is None or not getattr(row, f"{attitude}s"):
                continue
            found = _people(
                by, row.group, attitude, _days_of_wave(rows, row, params) if by == "wave" else days_of(params)
            )
            if found is not None:
                words = t(f"metrics.attitude.{attitude}")
                links[t("opinions.groups.link", group=group_name(t, by, row), attitude=words)] = found
    return links


def _people(by: str, group: str, attitude: str, days: dict[str, date]) -> ListLink | None:
    if by == "wave":
        return people_in("attitude_in_period", attitude=attitude, **days)
    kind, value = PEOPLE[by]
    return people_in(kind, attitude=attitude, **{value: group}, **days)


def _days_of_wave(rows: list[GroupRow], wave: GroupRow, params: Params) -> dict[str, date]:
    """From the first day of a wave to the day before the next one, within the period."""
    starts = sorted(date.fromisoformat(row.group) for row in rows if row.group is not None)
    start, days = date.fromisoformat(wave.group or ""), days_of(params)
    later = [day for day in starts if day > start]
    last = later[0] - timedelta(days=1) if later else days["to_on"]
    return {"from_on": max(start, days["from_on"]), "to_on": last}


def waves_chart(visit: Visit, found: Table) -> None:
    """How many answered each wave: of those invited where that is known, else of those who could have been."""
    t = visit.t
    waves = records(found.frame, WaveRow)
    is_known = any(wave.response_rate is not None for wave in waves)
    dots = [dot for wave in waves if (dot := _wave_dot(visit, wave, is_known=is_known)) is not None]
    kind = "known" if is_known else "reach"
    show_chart(
        visit,
        "waves",
        t("opinions.waves.title"),
        dot_plot(dots, t, visit.theme, Unit.SHARE, t(f"opinions.waves.axis_{kind}")),
        rows=Rows(found.frame, headed(t, found.columns), "survey_waves.csv"),
        definition=t("opinions.waves.how"),
        people=PeopleChoice(t("opinions.waves.people"), _wave_links(visit, waves)),
        note=t(f"opinions.waves.note_{kind}") if waves else t("opinions.waves.none"),
    )


def _wave_dot(visit: Visit, wave: WaveRow, *, is_known: bool) -> Dot | None:
    name = visit.t.date_range(wave.start, wave.end)
    if is_known:
        if wave.response_rate is None:
            return None
        invited = int(wave.invited or 0)
        low, high = wave.response_low, wave.response_high
        return Dot(name, wave.response_rate, low, high, invited, invited < visit.settings.thin_below)
    if wave.reachable_share is None:
        return None
    return Dot(name, wave.reachable_share, None, None, int(wave.reachable))


def _wave_links(visit: Visit, waves: list[WaveRow]) -> dict[str, ListLink]:
    t, links = visit.t, {}
    for wave in waves:
        for attitude in LISTED:
            found = people_in("attitude_in_period", attitude=attitude, from_on=wave.start, to_on=wave.end)
            if found is not None:
                name = t.date_range(wave.start, wave.end)
                links[t("opinions.groups.link", group=name, attitude=t(f"metrics.attitude.{attitude}"))] = found
    return links
