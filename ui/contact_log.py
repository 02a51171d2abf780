"""The log of contacts on the page of calls: how many reach somebody, when, what customers say, the latest ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from crm_core.charts.contacts import CallWeek, calls_by_week
from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.charts.opinions import Part, StackedRow, stacked_rows
from crm_core.db import Cursor, model
from crm_core.findings.contacts import CONTACT_METRICS, ContactGroup, contact_answer, group_name, source_name
from crm_core.i18n import Translator
from crm_core.metrics.contact_tables import DIMENSIONS
from crm_core.metrics.measure import measure
from crm_core.metrics.spec import Reading, Table, Unit
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from ui import frame
from ui.chart import Rows, show_chart
from ui.choice import choice
from ui.contact_day import today
from ui.customer_interactions import channel_word
from ui.customer_table import who
from ui.people import page_path
from ui.session import Visit
from ui.table import Column, headed, show_table
from ui.text import plain

SINCE = {"all": 0, "weeks_13": 91, "weeks_4": 28}
GROUPS_SHOWN, REASONS_SHOWN, LATEST_SHOWN = 16, 10, 50
LATEST_COLUMNS = ("contacted_at", "who", "channel", "outcome", "reason", "note", "source", "agent")


def contact_log_part(visit: Visit, params: Params) -> None:
    """The log up to today, or to an earlier as-of date. Nothing in here is remembered: the next entry changes it."""
    t, cursor, settings = visit.t, visit.cursor, visit.settings
    day = params.contact_on or max(params.as_of, today(visit))
    first = _first_day(cursor, day)
    if first is None:
        frame.answer(t("contacts.answer.none"), t("contacts.answer.none_next"), key="contacts")
        _upload_hint(visit)
        return
    asked = replace(params, as_of=day, contact_on=None, channel=None, period=_period(visit, first, day))
    found = measure(cursor, CONTACT_METRICS, asked, settings)
    hours = records(table(cursor, "contacts_by", asked, settings, by="hour").frame, ContactGroup)
    answer = contact_answer(found, hours, t)
    frame.answer(answer.sentence, answer.how_sure, key="contacts")
    left, right = st.columns(2)
    with left:
        _rates(visit, asked, found["reached_rate"])
    with right:
        _reasons(visit, table(cursor, "contact_reasons", asked, settings))
    _weeks(visit, table(cursor, "contacts_by_week", asked, settings))
    _latest(visit, day)
    _upload_hint(visit)


def _first_day(cursor: Cursor, day: date) -> date | None:
    """The day of the first contact up to a day."""
    asked = (
        "select min(day) from (select min(contacted_on) as day from contact_mart "
        "union all select min(contacted_at)::date from contact_entries) where day <= ?"
    )
    found: date | None = cursor.execute(asked, [day]).fetchall()[0][0]
    return found


def _period(visit: Visit, first: date, day: date) -> Period:
    days = SINCE[choice(visit, "since", tuple(SINCE), "contacts.since")]
    return Period(day - timedelta(days=days - 1) if days else first, day)


def _rates(visit: Visit, params: Params, overall: Reading) -> None:
    """The share of calls that reached somebody, by what is chosen."""
    t = visit.t
    by = choice(visit, "by", DIMENSIONS, "contacts.by")
    found = table(visit.cursor, "contacts_by", params, visit.settings, by=by)
    groups = [each for each in records(found.frame, ContactGroup) if each.tried]
    shown = groups if by in ("hour", "weekday") else groups[:GROUPS_SHOWN]
    names = _group_names(visit, by, found.frame["group"])
    dots = [
        Dot(names[each.group], each.reached_rate or 0, each.low, each.high, each.tried, each.is_thin) for each in shown
    ]
    line = (t("contacts.by.overall"), float(overall.value)) if overall.value is not None else None
    named = found.frame.assign(group=[names[_told(group)] for group in found.frame["group"]])
    show_chart(
        visit,
        "contact_rates",
        t("contacts.by.title"),
        dot_plot(dots, t, visit.theme, Unit.SHARE, t("contacts.by.axis"), line),
        rows=Rows(named, headed(t, found.columns), f"contacts_by_{by}.csv"),
        definition=t("metrics.reached_rate.help"),
        note=t(f"contacts.by.note_{by}") if t.has(f"contacts.by.note_{by}") else t("contacts.by.note"),
    )


def _group_names(visit: Visit, by: str, groups: Iterable[object]) -> dict[str | None, str]:
    """What the groups are called; lists by their names, not by how a sheet notes them."""
    told = {_told(group) for group in groups}
    if by != "source":
        return {group: group_name(visit.t, by, group) for group in told}
    return {
        group: group_name(visit.t, by, group and source_name(visit.cursor, group, visit.t, visit.currency))
        for group in told
    }


def _told(group: object) -> str | None:
    return group if isinstance(group, str) else None


def _reasons(visit: Visit, found: Table) -> None:
    t, frame_ = visit.t, found.frame
    rows = [
        StackedRow(str(reason), f"<b>{t.number(count)}</b> · {t.share(share)}", (_part(visit, int(count)),))
        for reason, count, share in frame_[["reason", "contacts", "share"]].head(REASONS_SHOWN).itertuples(index=False)
    ]
    show_chart(
        visit,
        "contact_reasons",
        t("contacts.reasons.title"),
        stacked_rows(rows, t, visit.theme, t("contacts.reasons.unit")),
        rows=Rows(frame_, headed(t, found.columns), "contact_reasons.csv"),
        definition=t("contacts.reasons.how"),
        note=t("contacts.reasons.note" if rows else "contacts.reasons.empty"),
    )


def _weeks(visit: Visit, found: Table) -> None:
    """How many calls there were each week, and what share of them reached somebody."""
    t = visit.t
    show_chart(
        visit,
        "contact_weeks",
        t("contacts.weeks.title"),
        calls_by_week(records(found.frame, CallWeek), t, visit.theme),
        rows=Rows(found.frame, headed(t, found.columns), "contacts_by_week.csv"),
        definition=t("contacts.weeks.definition", rate=t("metrics.reached_rate.help")),
        note=t("contacts.weeks.note"),
    )


def _part(visit: Visit, count: int) -> Part:
    return Part(visit.t("contacts.reasons.unit"), count, visit.theme.accent, visit.t.number(count))


def latest_contacts(cursor: Cursor, t: Translator, day: date, currency: str, most: int = LATEST_SHOWN) -> pd.DataFrame:
    """The latest contacts in words: when, with whom, how, what came of it."""
    rows = cursor.execute(model("lists/latest_contacts"), {"day": day, "most": most}).fetchall()
    names = [column[0] for column in cursor.description or []]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    lists = {text: source_name(cursor, text, t, currency) for text in {row["source"] for row in told} if text}
    for row in told:
        row["source"] = lists.get(row["source"])
        row["who"] = who(t, row["name"], row["email"], row["phone"], row["customer_id"])
        row["contacted_at"] = " ".join(filter(None, (t.date(row["contacted_on"]), row["contacted_time"])))
        row["channel"] = channel_word(t, row["channel"])
        row["outcome"] = t(f"contacts.outcome.{row['outcome'] or 'unknown'}")
    return pd.DataFrame([{key: row[key] for key in LATEST_COLUMNS} for row in told], columns=list(LATEST_COLUMNS))


def _latest(visit: Visit, day: date) -> None:
    rows = latest_contacts(visit.cursor, visit.t, day, visit.currency)
    if rows.empty:
        return
    frame.section(visit.t("contacts.latest.title"))
    columns = [Column(key, visit.t(f"contacts.latest.{key}")) for key in LATEST_COLUMNS]
    show_table(visit, rows, columns, key="latest_contacts")


def _upload_hint(visit: Visit) -> None:
    """That a sheet filled in, or any log of calls, is put in with the other files."""
    st.caption(plain(visit.t("contacts.upload.hint")))
    path = page_path("data")
    if path is not None:
        st.page_link(path, label=visit.t("contacts.upload.link"), icon=":material/upload_file:")
