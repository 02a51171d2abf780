"""Why revenue changed, and what is out of the ordinary: two cards for any page with a period and a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd
import streamlit as st

from crm_core.analysis.decomposition import CENT_DIGITS
from crm_core.analysis.variation import FEWEST_WEEKS
from crm_core.charts.change import change_parts
from crm_core.findings.change import (
    GROUPS_SHOWN,
    ChangeRow,
    change_rows,
    change_title,
    factors_words,
    group_words,
    parts_of,
)
from crm_core.findings.moved import Movement, all_movements, is_judged, moved
from crm_core.i18n import currency_digits
from crm_core.metrics.comparison import compared, is_festive, so_far
from crm_core.metrics.movements import Kind
from crm_core.metrics.spec import ColumnKind, Table, Unit
from crm_core.metrics.tables import table
from crm_core.params import Comparison, Params, Period
from crm_core.periods import data_extent
from ui.chart import ListLink, PeopleChoice, Rows, show_chart, under
from ui.choice import choice
from ui.people import people_in, ways
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, headed
from ui.text import plain

# The largest changes; the command line gives all of them.
ROWS_BEHIND = 200
SPLITS = ("total", "customer_type", "channel", "product")
MOVED_SHOWN = {Kind.NUMBER: 6, Kind.CHANNEL: 4, Kind.PRODUCT: 6}
MARKS = {True: ":green[▲]", False: ":gray[▼]"}
MOVEMENT_COLUMNS: Mapping[str, Unit | ColumnKind] = {
    "kind": ColumnKind.TEXT,
    "name": ColumnKind.TEXT,
    "value": ColumnKind.TEXT,
    "usual": ColumnKind.TEXT,
    "weeks": Unit.COUNT,
    "chance": Unit.SHARE,
    "verdict": ColumnKind.TEXT,
}


def why_folded(visit: Visit, asked: Params, comparison: Comparison) -> None:
    """The change of revenue as one line that opens; nothing where there is nothing to split."""
    whole = _whole(visit, asked, comparison)
    if not whole:
        return
    t, currency = visit.t, visit.currency
    parts = parts_of(whole, "total", whole[0].change, t, currency)
    title = change_title(whole[0].change, parts, comparison, t, currency)
    with st.expander(f"**{plain(title)}**", icon=":material/query_stats:", key="fold_why"):
        why_card(visit, asked, comparison)


def why_part(visit: Visit, asked: Params, comparison: Comparison) -> None:
    """The change of revenue, or why there is none to show."""
    if _whole(visit, asked, comparison):
        why_card(visit, asked, comparison)
        return
    earlier = compared(asked, comparison, visit.settings).period
    st.info(visit.t("change.no_earlier", days=visit.t.date_range(earlier.start, earlier.end)), icon=":material/info:")


def _whole(visit: Visit, asked: Params, comparison: Comparison) -> Sequence[ChangeRow]:
    """The change of all revenue; nothing where the data does not cover the earlier period, or neither has any."""
    rows = change_rows(_split(visit, asked, comparison, "total").frame)
    return rows if any(row.revenue or row.revenue_before for row in rows) else ()


def why_card(visit: Visit, asked: Params, comparison: Comparison) -> None:
    """The change of revenue since the earlier period, split exactly; there must be one."""
    t, currency = visit.t, visit.currency
    whole = _whole(visit, asked, comparison)
    by = choice(visit, "split", _splits(visit, asked), "change.split")
    found = _split(visit, asked, comparison, by)
    rows, difference = change_rows(found.frame), whole[0].change
    earlier = compared(asked, comparison, visit.settings).period
    parts = parts_of(rows, by, difference, t, currency)
    show_chart(
        visit,
        "why",
        change_title(difference, parts, comparison, t, currency),
        change_parts(parts, t, visit.theme, currency),
        rows=Rows(found.frame, headed(t, found.columns), f"revenue_change_by_{by}.csv"),
        definition=t(f"change.how.{by}"),
        people=PeopleChoice(t("change.people.label"), _people(visit, rows, by, so_far(asked).period, earlier)),
        note="\n".join([*factors_words(whole[0], t), *_compared_words(visit, asked, comparison, earlier)]),
    )


def _splits(visit: Visit, asked: Params) -> list[str]:
    """The ways to split; by channel only where there is more than one to choose from."""
    extent = remembered(visit, data_extent)
    has_channels = asked.channel is None and extent is not None and len(extent.channels) > 1
    return [by for by in SPLITS if by != "channel" or has_channels]


def _split(visit: Visit, asked: Params, comparison: Comparison, by: str) -> Table:
    """The table revenue_change, rounded to what is shown, so that what is shown adds up."""
    digits = min(currency_digits(visit.currency), CENT_DIGITS)
    options = {"by": by, "compare": comparison.value, "limit": ROWS_BEHIND, "digits": digits}
    return remembered(visit, table, "revenue_change", asked, visit.settings, **options)


def _compared_words(visit: Visit, asked: Params, comparison: Comparison, earlier: Period) -> list[str]:
    """Which days are compared, and why these."""
    festive = comparison is Comparison.LAST_YEAR and is_festive(asked, visit.settings)
    days = visit.t.date_range(earlier.start, earlier.end)
    lines = [visit.t("change.compared", days=days)]
    return [*lines, visit.t("change.festive", days=days)] if festive else lines


def _people(visit: Visit, rows: Sequence[ChangeRow], by: str, now: Period, then: Period) -> dict[str, ListLink]:
    """The people behind the parts that are shown."""
    days = {"from_on": now.start, "to_on": now.end}
    t = visit.t
    if by == "channel":
        links = {
            t("change.people.buyers", name=row.group): people_in("channel_on_days", channel_name=row.group, **days)
            for row in rows
            if row.group is not None and row.customers
        }
    elif by == "product":
        links = {
            t("change.people.buyers", name=group_words(row, t)): people_in(
                "product_on_days", product_key=row.group, **days
            )
            for row in rows[:GROUPS_SHOWN]
            if row.group is not None and row.customers
        }
    else:
        links = {
            t("change.people.new"): people_in("new_on_days", **days),
            t("change.people.returning"): people_in("returning_on_days", **days),
        }
    missing = people_in("not_back", then_from_on=then.start, then_to_on=then.end, **days)
    links[t("change.people.missing")] = missing
    return ways(links)


def normal_card(visit: Visit, asked: Params, *, is_running: bool) -> None:
    """What is out of the ordinary this week, by the shop's own weeks; the rest is called normal."""
    t = visit.t
    found = remembered(visit, table, "movements", asked, visit.settings)
    rows = all_movements(found.frame)
    out = {kind: moved(rows, (kind,)) for kind in Kind}
    with st.container(border=True, key="card_normal", gap="small", height="stretch"):
        st.markdown(f"**{t('change.normal.title')}**")
        st.caption(plain(_normal_note(visit, rows, any(out.values()), is_running=is_running)))
        for kind, movements in out.items():
            _moved_rows(visit, kind, movements)
        period = so_far(asked).period
        products = [row for row in out[Kind.PRODUCT] if row.value][: MOVED_SHOWN[Kind.PRODUCT]]
        under(
            visit,
            "normal",
            _movement_rows(visit, found, rows),
            t("change.normal.definition"),
            _buyers(visit, products, period),
        )


def _normal_note(visit: Visit, rows: Sequence[Movement], has_moved: bool, *, is_running: bool) -> str:
    t = visit.t
    if is_running:
        return t("change.normal.running")
    if not is_judged(rows):
        return t("change.normal.unknown", weeks=FEWEST_WEEKS)
    return t("change.normal.note" if has_moved else "change.normal.none")


def _moved_rows(visit: Visit, kind: Kind, movements: Sequence[Movement]) -> None:
    """The most unusual ones of a kind, with their counts, and how many more there are."""
    t, most = visit.t, MOVED_SHOWN[kind]
    lines = [
        f"{MARKS[row.is_up]} {plain(row.title(t))} :small[{plain(row.words(t, visit.currency))}]"
        for row in movements[:most]
    ]
    if lines:  # one block: apart from each other a dozen of them would fill the screen
        st.markdown("  \n".join(lines))
    if len(movements) > most:
        st.caption(plain(t("change.normal.more", n=t.number(len(movements) - most))))


def _movement_rows(visit: Visit, found: Table, rows: Sequence[Movement]) -> Rows:
    """The table in words: its values have units of their own."""
    t = visit.t

    @cache  # thousands of products sell the same few numbers
    def said(value: float | None, unit: str) -> str:
        return t.value(value, Unit(unit), visit.currency)

    frame = found.frame.assign(
        kind=[t(f"change.kind.{row.kind}") for row in rows],
        name=[row.title(t) for row in rows],
        value=[said(row.value, row.unit) for row in rows],
        usual=[said(row.usual, row.unit) for row in rows],
        verdict=[t(f"change.verdict.{row.verdict}") for row in rows],
    )
    columns = [Column(key, t(f"metrics.column.{key}"), unit) for key, unit in MOVEMENT_COLUMNS.items()]
    return Rows(pd.DataFrame(frame), columns, "movements.csv")


def _buyers(visit: Visit, products: Sequence[Movement], period: Period) -> PeopleChoice | None:
    links = {
        visit.t("change.people.buyers", name=row.name): people_in(
            "product_on_days", product_key=row.key, from_on=period.start, to_on=period.end
        )
        for row in products
    }
    known = ways(links)
    return PeopleChoice(visit.t("change.people.label"), known) if known else None
