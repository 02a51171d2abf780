"""Several files at once: one table of what each would bring, what a person has to look at, one button for the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from crm_core.db import Cursor, Database
from crm_core.errors import CrmError
from crm_core.i18n import UNDEFINED, Translator
from crm_core.ingest.archives import MANY_IN_ZIP
from crm_core.ingest.batch import Checked, Question, State, check_file, choose, loading_order, totals
from crm_core.ingest.formats import format_of
from crm_core.ingest.load import Origin
from crm_core.ingest.model import GENERIC, ColumnMapping, ParsedFile
from crm_core.ingest.pipeline import Offer, Outcome
from crm_core.ingest.profile import header_signature, profile
from crm_core.schema import Kind
from ui.batch_loading import BatchLoading
from ui.import_desk import IMPORTED_BY, Desk, Loading, WaitingFile, has_own, has_sample, now, to_load
from ui.refusal import show_refusal
from ui.session import Visit
from ui.table import MOST_ROWS_SEEN, ROW_HEIGHT
from ui.text import plain
from ui.upload import LOOK_SECONDS, QUICK_SECONDS, take_apart

Listed = list[tuple[WaitingFile, Checked]]
COLUMNS = ("file", "state", "what", "rows", "orders", "revenue", "days", "problems")
NUMBERS = frozenset({"rows", "orders", "revenue", "problems"})
ABOUT_COLUMNS = frozenset({Question.COLUMNS, Question.KIND, Question.GUESS, Question.DATES})


def batch(visit: Visit, desk: Desk) -> None:
    """Read the files, show them in one table, and load those that are ready when the person says so."""
    if not _are_read(visit, desk):
        return
    with st.spinner(visit.t("upload.result.checking")):
        checked = [_checked(visit, desk, waiting) for waiting in desk.waiting]
    listed = [(desk.waiting[position], checked[position]) for position in loading_order(checked)]
    with st.container(border=True, key="card_batch"):
        st.subheader(visit.t("batch.title", n=visit.t.number(len(listed))), anchor=False)
        _totals(visit, listed)
        _table(visit, desk, listed)
        if _days_overlap(listed):
            st.caption(visit.t("batch.overlap"))
        _load(visit, desk, listed)
    _open_questions(visit, desk, listed)


# ---- reading and checking ----


def _are_read(visit: Visit, desk: Desk) -> bool:
    """Start what is not being read yet; ``False`` while some file is still being read, which is shown."""
    for waiting in desk.waiting:
        if waiting.reading is None:
            waiting.read(password=waiting.password, encoding=waiting.encoding, check=_check_of(visit, waiting))
    patience = QUICK_SECONDS
    for waiting in desk.waiting:
        if waiting.reading is not None and not waiting.reading.wait(patience):
            _reading(visit.t, desk)
            return False
        patience = min(patience, LOOK_SECONDS)
    return True


@st.fragment(run_every=LOOK_SECONDS)
def _reading(t: Translator, desk: Desk) -> None:
    """How far reading is, and the way out of it."""
    ended = [waiting.reading is not None and waiting.reading.wait(0) for waiting in desk.waiting]
    if all(ended):
        st.rerun()
    with st.container(border=True, key="card_reading"):
        words = t("batch.reading", number=t.number(sum(ended)), total=t.number(len(ended)))
        st.progress(sum(ended) / len(ended), text=plain(words))
        st.button(t("upload.reading.cancel"), on_click=_give_up, args=(t, desk), key="cancel_reading")


def _give_up(t: Translator, desk: Desk) -> None:
    desk.clear()
    desk.note = t("upload.reading.cancelled")


def _check_of(visit: Visit, waiting: WaitingFile) -> Callable[[ParsedFile], Checked]:
    """The check of a file as it is recognised, for the thread that reads it."""
    choice = partial(choose, kind=waiting.kind)
    return partial(_check, visit.database, waiting.folder, choice, has_sample(visit.cursor))


def _check(
    database: Database,
    folder: Path,
    choice: Callable[[Cursor, ParsedFile], Offer],
    without_sample: bool,
    file: ParsedFile,
) -> Checked:
    return check_file(database, file, folder, choice, origin=Origin(IMPORTED_BY, now()), without_sample=without_sample)


def _checked(visit: Visit, desk: Desk, waiting: WaitingFile) -> Checked:
    """What loading the file would bring: as a person left it, else as it was recognised."""
    reading, draft = waiting.reading, waiting.draft
    if reading is None or reading.file is None:
        return Checked(waiting.name, refusal=(reading.refusal if reading else None) or CrmError())
    if waiting.is_seen and draft is not None and draft.checked is not None:
        return Checked(waiting.name, to_load(waiting, reading.file, draft), draft.checked, is_confirmed=True)
    if reading.checked is None:
        reading.checked = _check_of(visit, waiting)(reading.file)
    if reading.checked.question in ABOUT_COLUMNS:
        reading.checked = _as_known_since(visit, desk, waiting, reading.file, reading.checked)
    return reading.checked


def _as_known_since(visit: Visit, desk: Desk, waiting: WaitingFile, file: ParsedFile, found: Checked) -> Checked:
    """Check a file again where a person has meanwhile said what columns of these names mean."""
    is_about_dates = found.question is Question.DATES
    if found.found is not None and found.found.offer.is_remembered and not is_about_dates:
        return found
    saved = _nothing_saved if is_about_dates else _saved_mapping  # what is saved was asked already
    known = [
        Offer(table, profile(table, file.file_name), mapping, True)
        for table in file.tables
        if (mapping := _seen_mapping(desk, table.header) or saved(visit, table.header)) is not None
    ]
    if not known:
        return found
    return _check(visit.database, waiting.folder, lambda *_: known[0], has_sample(visit.cursor), file)


def _seen_mapping(desk: Desk, header: tuple[str, ...]) -> ColumnMapping | None:
    """What a person made of another waiting file with the same columns."""
    signature = header_signature(header)
    for other in desk.waiting:
        file, draft = other.reading.file if other.reading else None, other.draft
        if other.is_seen and file and draft and header_signature(draft.offer.table.header) == signature:
            return to_load(other, file, draft).mapping
    return None


def _nothing_saved(_visit: Visit, _header: tuple[str, ...]) -> ColumnMapping | None:
    return None


def _saved_mapping(visit: Visit, header: tuple[str, ...]) -> ColumnMapping | None:
    known = format_of(visit.cursor, header)
    return known.mapping if known else None


# ---- the table ----


def _totals(visit: Visit, listed: Listed) -> None:
    """What the files that are ready bring together."""
    t = visit.t
    ready = [checked.outcome for _, checked in listed if checked.state is State.READY]
    found = totals(ready)
    days = t.date_range(found.first_on, found.last_on) if found.first_on and found.last_on else UNDEFINED
    tiles = {
        "ready": t("batch.tile.of", n=t.number(len(ready)), total=t.number(len(listed))),
        "orders": t.number(found.orders),
        "revenue": t.money(found.revenue, _currency(visit, ready)),
        "rows": t.number(found.rows_read),
    }
    with st.container(key="tiles_batch"):
        for name, text in tiles.items():
            with st.container(border=True, key=f"card_tile_batch_{name}"):
                st.metric(t(f"batch.tile.{name}"), text)
    st.markdown(plain(t("upload.result.days", days=days)))


def _currency(visit: Visit, outcomes: list[Outcome | None]) -> str:
    """The currency of the files: they all have the shop's, or an empty shop takes theirs."""
    told = (each.summary for each in outcomes if each and each.summary.currency)
    return next((summary.currency_of_amounts(visit.currency) for summary in told), visit.currency)


def _table(visit: Visit, desk: Desk, listed: Listed) -> None:
    """A row per file; picking one opens it."""
    t = visit.t
    frame = pd.DataFrame([_cells(visit, waiting, checked) for waiting, checked in listed], columns=list(COLUMNS))
    config: dict[str, ColumnConfig] = {
        name: st.column_config.Column(t(f"batch.column.{name}"), alignment="right" if name in NUMBERS else None)
        for name in COLUMNS
    }
    state = st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        height=ROW_HEIGHT * (min(len(frame), MOST_ROWS_SEEN) + 1) + 2,
        row_height=ROW_HEIGHT,
        key="table_batch",
        on_select="rerun",
        selection_mode="single-row",
        placeholder=UNDEFINED,
    )
    picked = state.selection.rows
    if picked:
        desk.chosen = listed[int(picked[0])][0].number
        st.rerun()
    st.caption(t("batch.pick"))


def _cells(visit: Visit, waiting: WaitingFile, checked: Checked) -> tuple[str | None, ...]:
    t, outcome = visit.t, checked.outcome
    if outcome is None:
        return waiting.name, _state(t, checked), None, None, None, None, None, None
    summary, receipt = outcome.summary, outcome.receipt
    is_orders = summary.kind is Kind.ORDERS
    days = t.date_range(summary.first_on, summary.last_on) if summary.first_on and summary.last_on else None
    return (
        waiting.name,
        _state(t, checked),
        _what(t, outcome),
        t.number(receipt.rows_read),
        t.number(receipt.orders) if is_orders else None,
        t.money(receipt.revenue, summary.currency or visit.currency) if is_orders else None,
        days,
        t.number(sum(problem.count for problem in receipt.problems)),
    )


def _what(t: Translator, outcome: Outcome) -> str:
    receipt = outcome.receipt
    known = receipt.platform != GENERIC and t.has(f"formats.{receipt.platform}.name")
    return t(f"formats.{receipt.platform}.name") if known else t(f"upload.kind_name.{receipt.kind}")


def _state(t: Translator, checked: Checked) -> str:
    if checked.question is not None:
        return t(f"batch.short.{checked.question}")
    outcome = checked.outcome
    if outcome is not None and outcome.receipt.rows_loaded == 0 and outcome.receipt.rows_rejected == 0:
        return t("batch.state.known")
    return t(f"batch.state.{checked.state}")


def _days_overlap(listed: Listed) -> bool:
    """Whether two order files reach over the same days: orders in both count once in the shop."""
    found = [checked.outcome.summary for _, checked in listed if checked.outcome]
    spans = sorted((s.first_on, s.last_on) for s in found if s.kind is Kind.ORDERS and s.first_on and s.last_on)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(spans))


# ---- what a person has to look at ----


def _open_questions(visit: Visit, desk: Desk, listed: Listed) -> None:
    """The files that are not ready, each with the reason and the way on."""
    t = visit.t
    asking = [(waiting, checked) for waiting, checked in listed if checked.state is not State.READY]
    if not asking:
        return
    st.subheader(t("batch.asks.title"), anchor=False)
    locked = [waiting for waiting, checked in asking if checked.question is Question.PASSWORD]
    if locked:
        _ask_password(visit, desk, locked, [checked for waiting, checked in asking if waiting in locked])
    for waiting, checked in asking:
        if waiting not in locked:
            _question(t, desk, waiting, checked)


def _ask_password(visit: Visit, desk: Desk, locked: list[WaitingFile], checked: list[Checked]) -> None:
    """One password for all files that want one; a file it does not open asks again."""
    t = visit.t
    with st.container(border=True, key="card_locked"):
        st.markdown("\n".join(f"- **{plain(waiting.name)}**" for waiting in locked))
        was_tried = any(each.refusal is not None and each.refusal.code == "file_wrong_password" for each in checked)
        st.markdown(plain(t("batch.asks.wrong_password" if was_tried else "batch.asks.password")))
        with st.form("password_batch", border=False):
            password = st.text_input(t("upload.refused.password"), type="password", autocomplete="off")
            if st.form_submit_button(t("upload.refused.open"), type="primary") and password:
                for waiting in locked:
                    waiting.read(password=password, encoding=waiting.encoding, check=_check_of(visit, waiting))
                st.rerun()
        with st.container(horizontal=True):
            for waiting in locked:
                _leave_out(t, desk, waiting)


def _question(t: Translator, desk: Desk, waiting: WaitingFile, checked: Checked) -> None:
    with st.container(border=True, key=f"card_question_{waiting.number}"):
        st.markdown(f"**{plain(waiting.name)}**")
        if checked.question is not None:
            st.markdown(plain(t(f"batch.asks.{checked.question}")))
        else:
            show_refusal(t, checked.refusal or CrmError())
        with st.container(horizontal=True):
            if checked.refusal is not None and checked.refusal.code == MANY_IN_ZIP:
                take_apart(t, desk, waiting)
            if checked.question is not None and st.button(
                t("batch.asks.look"), type="primary", key=f"look_{waiting.number}"
            ):
                desk.chosen = waiting.number
                st.rerun()
            _leave_out(t, desk, waiting)


def _leave_out(t: Translator, desk: Desk, waiting: WaitingFile) -> None:
    if st.button(t("batch.asks.leave_out", file=plain(waiting.name)), key=f"leave_out_{waiting.number}"):
        desk.drop(waiting)
        st.rerun()


# ---- loading ----


def _load(visit: Visit, desk: Desk, listed: Listed) -> None:
    """One button for all files that are ready."""
    t = visit.t
    ready = [(waiting, checked) for waiting, checked in listed if checked.state is State.READY and checked.found]
    without_sample = (
        bool(ready)
        and has_sample(visit.cursor)
        and st.checkbox(t("upload.sample.in_the_way"), value=not has_own(visit.cursor), key="no_sample_batch")
    )
    with st.container(horizontal=True):
        label = t.plural("batch.load", len(ready)) if ready else t("batch.load_none")
        if st.button(label, type="primary", disabled=not ready, key="load_batch"):
            desk.loading = BatchLoading(visit.database, ready, without_sample=without_sample)
            st.rerun()
        if st.button(t("batch.drop_all"), key="drop_batch"):
            desk.clear()
            st.rerun()


def loading(visit: Visit, desk: Desk, work: Loading) -> None:
    """How far loading is; the receipt goes on the desk at the end."""
    if work.wait(QUICK_SECONDS):
        work.settle(desk)
        st.rerun()
    _progress(visit.t, desk, work)


@st.fragment(run_every=LOOK_SECONDS)
def _progress(t: Translator, desk: Desk, work: Loading) -> None:
    if desk.loading is None or work.wait(0):
        st.rerun()
    with st.container(border=True, key="card_loading"):
        words = t("batch.loading", number=t.number(min(work.number + 1, work.files)), total=t.number(work.files))
        st.progress(work.number / work.files, text=plain(words))
        st.caption(t("batch.cancel_note"))
        st.button(t("upload.reading.cancel"), on_click=work.cancel, key="cancel_loading")
