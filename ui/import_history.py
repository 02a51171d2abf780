"""The files that were taken in: what each brought, its problems, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from crm_core.db import Database
from crm_core.errors import CrmError
from crm_core.ingest.history import ImportRecord, imports_of
from crm_core.ingest.pipeline import take_back
from crm_core.ingest.problems import ProblemRows, kept_problems
from crm_core.schema import Kind
from ui.import_desk import Desk, now
from ui.people import page_path
from ui.problem_list import download_problems
from ui.refusal import show_refusal
from ui.sample_shop import offer_removal
from ui.session import Visit
from ui.text import joined, plain

SHOWN_AT_FIRST = 8
SHOWN_MORE = 20
SHOWN = "imports_shown"
UNKNOWN_STATUS = "unknown_status"


def history(visit: Visit, desk: Desk) -> None:
    """Every import, the newest first."""
    t = visit.t
    # A sample shop that is gone leaves no trace: nothing in it was the person's own.
    records = [each for each in imports_of(visit.cursor) if not each.is_sample or each.undone_at is None]
    st.subheader(t("upload.history.title"), anchor=False)
    if not records:
        st.caption(t("upload.history.empty"))
        return
    offer_removal(visit, desk, sum(1 for record in records if record.is_sample and record.undone_at is None))
    shown = int(st.session_state.setdefault(SHOWN, SHOWN_AT_FIRST))
    for record in records[:shown]:
        _record(visit, desk, record)
    if len(records) > shown and st.button(t("upload.history.older"), key="older_imports"):
        st.session_state[SHOWN] = shown + SHOWN_MORE
        st.rerun()


def _record(visit: Visit, desk: Desk, record: ImportRecord) -> None:
    with st.container(border=True, key=f"card_import_{record.import_id}"):
        left, right = st.columns([5, 3], vertical_alignment="center")
        with left, st.container(gap="xxsmall"):
            _facts(visit, record)
        with left:
            _unknown_words(visit, record)
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _problems(visit, record)
            if record.undone_at is None:
                _undo(visit, desk, record)


def _facts(visit: Visit, record: ImportRecord) -> None:
    t = visit.t
    badges = [f":gray-badge[{t('upload.history.state_undone')}]"] if record.undone_at else []
    badges += [f":green-badge[{t('upload.sample_badge')}]"] if record.is_sample else []
    st.markdown(" ".join([f"**{plain(record.file_name)}**", *badges]))
    amounts = {
        "loaded": record.rows_loaded,
        "unchanged": record.rows_unchanged,
        "rejected": record.rows_rejected,
    }
    counts = joined(t, [t.plural(f"upload.history.{name}", n) for name, n in amounts.items() if n])
    platform = (
        t(f"formats.{record.platform}.name") if record.platform != "generic" else t(f"upload.kind_name.{record.kind}")
    )
    st.caption(plain(f"{platform} · {_brought(visit, record)} · {counts}"))
    moments = [t("upload.history.at", when=t.datetime(_shop_time(visit, record.imported_at)))]
    if record.undone_at is not None:
        moments.append(t("upload.history.undone", when=t.datetime(_shop_time(visit, record.undone_at))))
    st.caption(plain(" · ".join(moments)))


def _brought(visit: Visit, record: ImportRecord) -> str:
    t = visit.t
    if record.kind == Kind.ORDERS:
        days = f" · {t.date_range(record.first_day, record.last_day)}" if record.first_day and record.last_day else ""
        return t("upload.history.orders", n=t.number(record.orders)) + days
    if record.kind == Kind.CUSTOMERS:
        return t("upload.history.customers", n=t.number(record.customers))
    if record.kind in (Kind.SERVICE, Kind.ACTIVITY, Kind.CONTACTS):
        return t("upload.history.records", n=t.number(record.rows_read - record.rows_rejected))
    return t("upload.history.answers", n=t.number(record.rows_read - record.rows_rejected))


def _unknown_words(visit: Visit, record: ImportRecord) -> None:
    """The way to the settings, for a file with status words that nobody has explained yet."""
    has_them = any(problem["rule"] == UNKNOWN_STATUS for problem in record.problems)
    path = page_path("settings")
    if has_them and record.undone_at is None and path is not None and _are_words_open(visit):
        st.page_link(path, label=visit.t("mapping.history.unknown_words"), icon=":material/rule:")


def _are_words_open(visit: Visit) -> bool:
    return visit.cursor.execute("select 1 from status_words where origin = 'unknown' limit 1").fetchone() is not None


def _shop_time(visit: Visit, moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(visit.settings.zone)


def _problems(visit: Visit, record: ImportRecord) -> None:
    count = sum(int(problem["count"] or 0) for problem in record.problems)
    if count:
        database, import_id = visit.database, record.import_id
        label = visit.t("upload.history.problems", n=visit.t.number(count))
        download_problems(visit.t, lambda: _kept(database, import_id), label, key=str(import_id))


def _kept(database: Database, import_id: int) -> ProblemRows:
    with database.cursor() as cursor:
        return kept_problems(cursor, import_id)


def _undo(visit: Visit, desk: Desk, record: ImportRecord) -> None:
    """What taking the import back would do, and the button that does it."""
    t = visit.t
    with st.popover(t("upload.history.undo"), icon=":material/undo:", key=f"undo_{record.import_id}"):
        sentence = t(
            f"upload.history.undo_{record.kind}",
            file=record.file_name,
            orders=t.number(record.orders),
            customers=t.number(record.customers),
            rows=t.number(record.rows_read - record.rows_rejected),
            revenue=t.money(record.revenue, visit.currency),
        )
        st.markdown(plain(sentence))
        st.caption(t("upload.history.undo_again"))
        if st.button(t("upload.history.undo_confirm"), type="primary", key=f"confirm_undo_{record.import_id}"):
            _take_back(visit, desk, record)


def _take_back(visit: Visit, desk: Desk, record: ImportRecord) -> None:
    t = visit.t
    try:
        with st.spinner(t("upload.history.undoing")):
            take_back(visit.database, record.import_id, now())
    except CrmError as refusal:
        show_refusal(t, refusal)
        return
    desk.done = []
    desk.note = t("upload.history.undo_done", file=record.file_name)
    st.rerun()
