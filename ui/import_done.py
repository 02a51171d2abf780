"""The last step of taking files in: loading, and the receipt with what changed in the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from crm_core.db import Database
from crm_core.ingest.load import Origin
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.pipeline import commit
from crm_core.metrics.campaigns import campaigns_of
from crm_core.metrics.measure import default_params, measure
from crm_core.metrics.spec import Reading, Unit
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import load_settings
from ui.batch_receipt import batch_receipt
from ui.import_desk import IMPORTED_BY, BatchReceipted, Desk, Draft, Receipted, WaitingFile, now, to_load
from ui.people import page_path
from ui.problem_list import problem_list
from ui.session import Visit
from ui.text import plain

FIGURES: dict[Kind, Sequence[str]] = {
    Kind.ORDERS: ("orders", "customers", "revenue", "repurchase_rate"),
    Kind.CUSTOMERS: ("customers", "contactable_rate"),
    Kind.SURVEY: ("nps_answers", "nps"),
    Kind.SERVICE: (),  # no figure of the shop changes: they stand with the customer
    Kind.ACTIVITY: (),
    Kind.CONTACTS: (),
}


def load_file(
    database: Database, desk: Desk, waiting: WaitingFile, file: ParsedFile, draft: Draft, *, without_sample: bool
) -> None:
    """Load the current file and put its receipt on the desk.

    A mapping that a person changed, or that no platform vouches for, is remembered. Nothing in here touches the
    screen: a person who leaves the page meanwhile finds the file loaded, or not loaded, and its receipt.
    """
    found = to_load(waiting, file, draft)
    kind, until = found.mapping.kind, draft.checked.summary.last_on if draft.checked else None
    before = {} if without_sample else figures(database, [kind], until)
    outcome = commit(
        database,
        file,
        found.offer.table,
        found.mapping,
        waiting.folder,
        Origin(IMPORTED_BY, now(), exported_on=found.exported_on),
        remember=found.remember,
        format_name=found.format_name,
        without_sample=without_sample,
    )
    after = figures(database, [kind], until)
    desk.done.append(Receipted(waiting.name, outcome, before, after, found.remember, without_sample))
    desk.put_away()


def figures(database: Database, kinds: Iterable[Kind], until: date | None) -> dict[str, Reading]:
    """The shop's figures that files of these kinds can change, over all history; none in an empty shop.

    They reach to ``until`` where that is later than the last order: answers often come after it.
    """
    with database.cursor() as cursor:
        settings = load_settings(cursor)
        params = default_params(cursor, settings)
        if params is None:
            return {}
        last_on = max(params.as_of, until or params.as_of)
        asked = Params(last_on, Period(params.period.start, last_on))
        keys = dict.fromkeys(key for kind in kinds for key in FIGURES.get(kind, ()))
        return measure(cursor, list(keys), asked, settings)


def receipts(visit: Visit, desk: Desk) -> None:
    """What came in and what changed in the numbers, file by file, and the way on."""
    t = visit.t
    for number, done in enumerate(desk.done):
        with st.container(border=True, key=f"card_done_{number}"):
            st.subheader(t("upload.done.title"), anchor=False)
            if isinstance(done, BatchReceipted):
                batch_receipt(visit, done, number)
            else:
                _receipt(visit, done, with_problems=not desk.waiting)
            _changes(visit, done, number)
    if not desk.waiting:
        _ways_on(visit, desk)


def _ways_on(visit: Visit, desk: Desk) -> None:
    """Where what came in is read: contacts in their log, orders in This week and, where there are any, in campaigns."""
    t, kinds = visit.t, _kinds(desk)
    with st.container(horizontal=True, vertical_alignment="center", key="ways_on"):
        calls, week, campaigns = (page_path(key) for key in ("calls", "week", "campaigns"))
        if calls is not None and Kind.CONTACTS in kinds:
            st.page_link(calls, label=t("upload.done.contacts"), icon=":material/call:", query_params={"part": "log"})
        if week is not None and kinds != {Kind.CONTACTS}:
            st.page_link(week, label=t("upload.done.week"), icon=":material/calendar_view_week:")
        if campaigns is not None and Kind.ORDERS in kinds and campaigns_of(visit.cursor):
            st.page_link(campaigns, label=t("upload.done.campaigns"), icon=":material/campaign:")
        if st.button(t("upload.done.more"), icon=":material/upload_file:", key="one_more"):
            desk.start_over()
            st.rerun()


def _kinds(desk: Desk) -> set[Kind]:
    """What kinds of files came in."""
    outcomes = (
        outcome
        for done in desk.done
        for outcome in ([each.outcome for each in done.brought] if isinstance(done, BatchReceipted) else [done.outcome])
    )
    return {outcome.receipt.kind for outcome in outcomes if outcome is not None}


def _receipt(visit: Visit, done: Receipted, *, with_problems: bool) -> None:
    t, receipt = visit.t, done.outcome.receipt
    sentence = t.plural(
        "upload.done.rows",
        receipt.rows_loaded,
        file=done.file_name,
        unchanged=t.number(receipt.rows_unchanged),
        rejected=t.number(receipt.rows_rejected),
    )
    st.markdown(plain(sentence))
    if receipt.problems and with_problems:
        problem_list(t, receipt.problems)
    if done.is_remembered:
        st.caption(t("upload.done.remembered"))
    if done.is_sample_removed:
        st.caption(t("upload.done.sample_removed"))


def _changes(visit: Visit, done: Receipted | BatchReceipted, number: int) -> None:
    """The figures after, with what they were before under each."""
    t = visit.t
    if not done.after:
        return
    st.markdown(f"**{t('upload.done.changed')}**")
    with st.container(key=f"tiles_done_{number}"):
        for key, after in done.after.items():
            before = done.before.get(key)
            value = t.reading_text(after, visit.currency)
            earlier = t.reading_text(before, visit.currency) if before else t.value(None, after.unit)
            with st.container(border=True, key=f"card_tile_done_{number}_{key}"):
                st.metric(t(f"metrics.{key}.label"), value, help=t(f"metrics.{key}.help"))
                is_same = before is not None and before.value == after.value
                notes = [t("upload.done.same") if is_same else t("upload.done.before", value=earlier)]
                if after.unit not in (Unit.COUNT, Unit.MONEY):
                    notes.append(t("upload.done.n", n=t.number(after.sample_size)))
                interval = t.interval_text(after, visit.currency)
                if interval:
                    notes.append(interval)
                if after.is_thin:
                    notes.append(t("app.tile.thin"))
                st.caption(plain(" · ".join(notes)))
