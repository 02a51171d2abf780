"""The frame of the data page: what is in the shop, the first visit, the step of checking."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crm_core.errors import CrmError
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.pipeline import Outcome
from crm_core.metrics.measure import default_params, measure
from crm_core.metrics.spec import Reading
from crm_core.periods import data_extent, has_orders
from crm_core.schema import Kind
from ui import frame
from ui.import_check import draft_of, file_card, first_rows, result_card, result_line, tested
from ui.import_desk import Desk, Draft, WaitingFile, has_own, has_sample
from ui.import_done import load_file
from ui.mapping_form import mapping_form
from ui.reading_ways import is_date_order_open, settle_date_order
from ui.refusal import show_refusal
from ui.remembered import remembered
from ui.sample_shop import offer_sample
from ui.session import Visit
from ui.text import joined, plain
from ui.upload import leave_out, read_file, where_to_find

MOSTLY = 0.8
STOCK = ("orders", "customers", "identified_order_share")


def stock(visit: Visit) -> None:
    """What is in the shop, in a sentence."""
    frame.answer(*_stock(visit))


def _stock(visit: Visit) -> tuple[str, str]:
    t = visit.t
    extent, params = remembered(visit, data_extent), default_params(visit.cursor, visit.settings)
    if params is None or extent is None or not has_orders(visit.cursor):
        return _without_orders(visit)
    found = remembered(visit, measure, STOCK, params, visit.settings)
    orders, customers = (t.reading_text(found[key]) for key in ("orders", "customers"))
    days = t.date_range(extent.first_on, extent.last_on)
    return t("upload.answer.full", orders=orders, customers=customers, days=days), _how_sure(visit, found)


def _without_orders(visit: Visit) -> tuple[str, str]:
    """What is in a shop whose orders are still to come."""
    t = visit.t
    counts = {
        "answers": "select count(*) from answer_mart",
        "members": "select count(*) from current_customers",
        "service": "select count(*) from service_mart",
        "interactions": "select count(*) from activity_mart",
        "contacts": "select count(*) from contact_mart",
    }
    found = {name: visit.cursor.execute(question).fetchall()[0][0] for name, question in counts.items()}
    parts = [t.plural(f"upload.answer.{name}", count) for name, count in found.items() if count]
    if not parts:
        return t("upload.answer.empty"), t("upload.answer.empty_next")
    return t("upload.answer.no_orders", parts=joined(t, parts)), t("upload.answer.no_orders_next")


def _how_sure(visit: Visit, found: Mapping[str, Reading]) -> str:
    share = found["identified_order_share"]
    if has_sample(visit.cursor):
        return visit.t("upload.answer.sample")
    everyone = "everyone" if share.value == 1 else "identified"
    return visit.t(f"upload.answer.{everyone}", share=visit.t.reading_text(share))


def more_to_see(visit: Visit) -> None:
    """What is missing to answer more, for a shop that has orders."""
    t, params = visit.t, default_params(visit.cursor, visit.settings)
    if params is None or not has_orders(visit.cursor):
        return
    found = remembered(visit, measure, STOCK, params, visit.settings)
    share = found["identified_order_share"]
    answered, known = _present(visit)
    lines = {
        "identify": t("upload.health.identify", share=t.reading_text(share)) if (share.value or 0) < MOSTLY else None,
        "survey": None if answered else t("upload.health.survey"),
        "members": None if known else t("upload.health.members"),
    }
    missing = [line for line in lines.values() if line is not None]
    if missing:
        frame.section(t("upload.health.title"))
        st.markdown("\n".join(f"- {plain(line)}" for line in missing))


def _present(visit: Visit) -> tuple[bool, bool]:
    """Whether any survey answer and any member record is in force."""
    asked = "select count(*) filter (kind = ?), count(*) filter (kind = ?) from imports where undone_at is null"
    row = visit.cursor.execute(asked, [Kind.SURVEY, Kind.CUSTOMERS]).fetchone()
    return (bool(row[0]), bool(row[1])) if row else (False, False)


def first_visit(visit: Visit) -> None:
    """Three steps in words, and the sample shop."""
    t = visit.t
    with st.container(border=True, key="card_first"):
        st.subheader(t("upload.first.title"), anchor=False)
        steps = ("find", "upload", "read")
        st.markdown("\n".join(f"{n}. {t(f'upload.first.step_{step}')}" for n, step in enumerate(steps, start=1)))
        where_to_find(t)
        offer_sample(visit)
        st.caption(t("upload.first.sample_note"))


def note(desk: Desk) -> None:
    """Say once what the last click did."""
    if desk.note is not None:
        st.toast(desk.note, icon=":material/check:")
        desk.note = None


def check_file(visit: Visit, desk: Desk, waiting: WaitingFile) -> None:
    """Read the current file, show what it is and what it would bring, and load it when the person says so."""
    if desk.is_batch:
        _way_back(visit, desk)
    file = read_file(visit, desk, waiting)
    if file is None:
        return
    try:
        draft = draft_of(visit, waiting, file)
    except CrmError as refusal:
        with st.container(border=True, key="card_refused"):
            show_refusal(visit.t, refusal)
            leave_out(visit.t, desk, "upload.refused.skip")
        return
    tested(visit, waiting, file, draft)  # the card of the file tells what the check found about its dates
    file_card(visit, waiting, file, draft)
    outcome = tested(visit, waiting, file, draft)
    with st.container(border=True, key="card_result"):
        result_card(visit, draft, outcome)
    mapping_form(visit, draft, f"{waiting.number}_{file.tables.index(draft.offer.table)}_{draft.offer.mapping.kind}")
    first_rows(visit.t, draft)
    with st.container(border=True, key="bar_check"):
        _decide(visit, desk, waiting, file, draft, outcome)


def _way_back(visit: Visit, desk: Desk) -> None:
    if st.button(visit.t("batch.back"), icon=":material/arrow_back:", key="back_to_batch"):
        desk.chosen = None
        st.rerun()


def _decide(
    visit: Visit, desk: Desk, waiting: WaitingFile, file: ParsedFile, draft: Draft, outcome: Outcome | CrmError
) -> None:
    """The bar that stays in sight: the result in one line, and what to do with the file."""
    t, is_refused = visit.t, isinstance(outcome, CrmError)
    without_sample = not desk.is_batch and not is_refused and _makes_room(visit, waiting)
    with st.container(horizontal=True, vertical_alignment="center"):
        sentence = t("mapping.result.open") if isinstance(outcome, CrmError) else result_line(visit, outcome)
        st.markdown(plain(sentence), width="stretch")
        if desk.is_batch:
            _confirm(visit, desk, waiting, draft, is_refused=is_refused)
            return
        is_wanted = st.button(t("upload.result.load"), type="primary", disabled=is_refused, key="load_file")
        leave_out(t, desk, "upload.result.skip")
    if is_wanted:
        _load(visit, desk, waiting, file, draft, without_sample=without_sample)


def _makes_room(visit: Visit, waiting: WaitingFile) -> bool:
    """Whether the sample shop shall go; asked where it is in."""
    return has_sample(visit.cursor) and st.checkbox(
        visit.t("upload.sample.in_the_way"), value=not has_own(visit.cursor), key=f"no_sample_{waiting.number}"
    )


def _load(
    visit: Visit, desk: Desk, waiting: WaitingFile, file: ParsedFile, draft: Draft, *, without_sample: bool
) -> None:
    try:
        with st.spinner(visit.t("upload.result.loading")):
            load_file(visit.database, desk, waiting, file, draft, without_sample=without_sample)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        return
    st.rerun()


def _confirm(visit: Visit, desk: Desk, waiting: WaitingFile, draft: Draft, *, is_refused: bool) -> None:
    """One of several files: say that it is right, it is loaded with the others."""
    if st.button(visit.t("batch.confirm"), type="primary", disabled=is_refused, key="confirm_file"):
        if is_date_order_open(draft):
            settle_date_order(draft)  # other files with these columns follow
        waiting.is_seen, desk.chosen = True, None
        st.rerun()
    leave_out(visit.t, desk, "batch.leave_out")
