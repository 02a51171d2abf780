"""Decisions about who is who, made on a page: write them down, say what was done, show the numbers anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from crm_core import decisions
from crm_core.db import Cursor
from crm_core.decisions import Author, Decision, NamedBy
from crm_core.errors import CrmError
from crm_core.export import national_phone
from crm_core.i18n import Translator
from crm_core.metrics.customers import customer_reference
from ui import address
from ui.import_desk import now
from ui.refusal import show_refusal
from ui.session import Visit
from ui.text import joined

NOTE = "decision_note"
IDENTIFIERS_SHOWN = 3
BY = "page"


def author(reason: str = "") -> Author:
    """The person at the page, now."""
    return Author(BY, now(), reason)


def decide(visit: Visit, make: Callable[[Cursor], object], said: str, customer_id: str | None = None) -> None:
    """Make a decision and start the page anew; a refusal is shown where the person is.

    ``customer_id`` is the customer whom the page shows: joined or parted they may go by another id.
    """
    try:
        with st.spinner(visit.t("duplicates.history.working")), visit.database.write() as cursor:
            record = None if customer_id is None else decisions.a_record_of(cursor, customer_id)
            make(cursor)
            if record is not None:
                _follow(cursor, record)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        return
    st.session_state[NOTE] = visit.t(said)
    st.rerun()


def _follow(cursor: Cursor, record: str) -> None:
    """Let the address name the customer who has the record now."""
    customer_id = decisions.owner_of(cursor, record)
    address.choose("customer", None if customer_id is None else customer_reference(customer_id))


def note() -> None:
    """Say once what the last decision did."""
    said = st.session_state.pop(NOTE, None)
    if said is not None:
        st.toast(said, icon=":material/check:")


def undo(visit: Visit, decision: Decision, customer_id: str | None = None) -> None:
    """The button that takes a decision back; ``customer_id`` as in :func:`decide`."""
    label = visit.t("duplicates.history.undo")
    if st.button(label, icon=":material/undo:", key=f"undo_decision_{decision.decision_id}"):
        decide(
            visit,
            lambda cursor: decisions.undo_decision(cursor, decision.decision_id, BY, now()),
            "duplicates.history.undo_done",
            customer_id,
        )


def identifier_text(named_by: NamedBy) -> str:
    """An identifier as people write it."""
    text = named_by.identifier
    if named_by.kind == "phone":
        return national_phone(text)
    return text.removeprefix("shop:") if named_by.kind == "account" else text


def side_text(t: Translator, side: Sequence[NamedBy]) -> str:
    """One side of a decision: its first identifiers."""
    shown = [identifier_text(named_by) for named_by in side[:IDENTIFIERS_SHOWN]]
    return joined(t, [*shown, "…"] if len(side) > IDENTIFIERS_SHOWN else shown)


def when_text(visit: Visit, moment: datetime | None) -> str:
    """A moment (UTC) in shop time."""
    if moment is None:
        return visit.t.datetime(None)
    return visit.t.datetime(moment.replace(tzinfo=UTC).astimezone(visit.settings.zone))


def by_text(t: Translator, by: str | None) -> str:
    """Who decided, where it was a person with a name."""
    return t("duplicates.history.by") if by in (None, BY) else str(by)
