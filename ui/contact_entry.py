"""Entering what came of a contact: the short form, the two plain wishes, and taking the last entry back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from crm_core.db import Cursor
from crm_core.i18n import Translator
from crm_core.lists.contact_log import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Contact,
    Entry,
    add_contact,
    contact_history,
    refused_channels,
    remove_contact,
)
from crm_core.lists.outcome_columns import outcomes_of
from crm_core.schema import CONTACT_CHANNELS
from ui.contact_day import today
from ui.import_desk import now
from ui.session import Visit
from ui.text import joined, plain
from ui.written import say_what_was_written, write_down

WHO, LAST = "contact_who", "contact_last"


def contact_card(visit: Visit, customer_id: str, reference: str) -> None:
    """On the view of one customer: the last contact, whether contact is wished for, and the form for another one."""
    t = visit.t
    say_what_was_written()
    history = contact_history(visit.cursor, customer_id, today(visit))
    with st.container(border=True, key="card_contacts", gap="xsmall"):
        st.markdown(f"**{plain(t('contacts.card.title'))}**")
        refused = refused_channels(visit.cursor, customer_id)
        if refused:
            st.markdown(plain(refused_words(t, refused)))
        tried = [each for each in history if each.channel is not None and each.outcome != "allowed"]
        st.caption(plain(last_words(t, tried[0]) if tried else t("contacts.card.none")))
        with st.popover(t("contacts.card.enter"), icon=":material/call:", key=f"contact_new_{len(history)}"):
            contact_form(visit, customer_id, f"{reference}_{len(history)}")
        if len(refused) < len(CONTACT_CHANNELS):
            _wish_button(visit, customer_id, "refused")
        if refused:
            _wish_button(visit, customer_id, "allowed")
        undo_button(visit, customer_id)


def refused_words(t: Translator, refused: Sequence[str]) -> str:
    """That a customer wants no more contact: at all, or through some channels."""
    if len(refused) == len(CONTACT_CHANNELS):
        return t("contacts.card.refused")
    return t("contacts.card.refused_by", channels=joined(t, [t(f"contacts.channel.{channel}") for channel in refused]))


def last_words(t: Translator, contact: Contact) -> str:
    """When somebody was contacted last, how, and what came of it."""
    outcome = t(f"contacts.outcome.{contact.outcome or 'unknown'}")
    return t("contacts.card.last", day=t.date(contact.contacted_at.date()), what=outcome)


def contact_form(visit: Visit, customer_id: str, key: str, *, source: str = "", channel: str = "phone") -> None:
    """The short form of one contact; ``source`` is the list that it was made for. ``key`` is unique on the page."""
    t = visit.t
    way = st.segmented_control(
        t("contacts.form.channel"),
        CONTACT_CHANNELS,
        default=channel,
        key=f"contact_way_{key}",
        format_func=lambda name: t(f"contacts.channel.{name}"),
        required=True,
    )
    moment = datetime.now(visit.settings.zone)
    with st.form(f"contact_form_{key}", border=False):
        outcome = st.radio(
            t("contacts.form.outcome"),
            outcomes_of(way),
            key=f"contact_outcome_{key}_{way}",
            format_func=lambda name: t(f"contacts.outcome.{name}"),
            horizontal=True,
        )
        left, right = st.columns(2)
        day = left.date_input(t("contacts.form.day"), moment.date(), max_value=moment.date(), format="YYYY-MM-DD",
                              key=f"contact_day_{key}")  # fmt: skip
        hour = right.time_input(t("contacts.form.time"), moment.time().replace(second=0, microsecond=0), step=300,
                                key=f"contact_time_{key}")  # fmt: skip
        reason = st.text_input(t("contacts.form.reason"), max_chars=LONGEST_TEXT, key=f"contact_reason_{key}")
        product = st.text_input(t("contacts.form.product"), max_chars=LONGEST_TEXT, key=f"contact_product_{key}")
        note = st.text_area(t("contacts.form.note"), max_chars=LONGEST_TEXT, key=f"contact_note_{key}", height=68)
        agent = st.text_input(
            t("contacts.form.agent"),
            st.session_state.get(WHO, ""),
            max_chars=LONGEST_NAME,
            key=f"contact_agent_{key}",
        )
        if st.form_submit_button(t("contacts.form.save"), type="primary"):
            st.session_state[WHO] = agent
            told = Entry(outcome, way, datetime.combine(day, hour), source, reason, product, note, agent)
            enter(visit, customer_id, told)


def enter(visit: Visit, customer_id: str, entry: Entry) -> None:
    """Write an entry down and start the page anew; a refusal is shown where the person is."""

    def make(cursor: Cursor) -> None:
        st.session_state[LAST] = (customer_id, add_contact(cursor, customer_id, entry, now()))

    write_down(visit, make, "contacts.card.kept")


def undo_button(visit: Visit, customer_id: str) -> None:
    """Take back what was entered last in this visit, while its customer is the one shown."""
    owner, entry_id = st.session_state.get(LAST, (None, None))
    if owner != customer_id:
        return
    if st.button(
        visit.t("contacts.card.undo"), key=f"contact_undo_{entry_id}", icon=":material/undo:", type="tertiary"
    ):
        del st.session_state[LAST]
        write_down(visit, lambda cursor: remove_contact(cursor, entry_id), "contacts.card.undone")


def _wish_button(visit: Visit, customer_id: str, wish: str) -> None:
    """One plain button: no more contact at all, or contact is fine again."""
    t = visit.t
    icon = ":material/block:" if wish == "refused" else ":material/check_circle:"
    if st.button(
        t(f"contacts.card.{wish}_button"), key=f"contact_{wish}", icon=icon, help=t(f"contacts.card.{wish}_help")
    ):
        at = datetime.now(visit.settings.zone).replace(tzinfo=None)
        enter(visit, customer_id, Entry(wish, None, at, agent=st.session_state.get(WHO, "")))
