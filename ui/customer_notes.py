"""On the view of one customer: notes, each with its day and who wrote it, to be added, changed and removed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from crm_core import notes
from crm_core.db import Cursor
from crm_core.notes import LONGEST_AUTHOR, LONGEST_NOTE, Note, notes_about
from ui.decide import when_text
from ui.import_desk import now
from ui.session import Visit
from ui.text import plain
from ui.written import say_what_was_written, write_down

WHO = "note_who"


def notes_card(visit: Visit, customer_id: str, reference: str) -> None:
    """The notes about a customer, the newest first, and the form for another one."""
    t = visit.t
    say_what_was_written()
    with st.container(border=True, key="card_notes", gap="xsmall"):
        st.markdown(f"**{plain(t('outlook.notes.title'))}**")
        found = notes_about(visit.cursor, customer_id)
        if not found:
            st.caption(plain(t("outlook.notes.empty")))
        for note in found:
            _note(visit, note)
        with st.popover(t("outlook.notes.add"), icon=":material/add_notes:", key=f"note_new_{len(found)}"):
            _form(
                visit,
                f"new_{reference}_{len(found)}",
                "",
                lambda cursor, text, who: notes.add_note(cursor, customer_id, text, who, now()),
            )
        st.caption(plain(t("outlook.notes.private")))


def _note(visit: Visit, note: Note) -> None:
    t = visit.t
    with st.container(border=True, gap="xsmall", key=f"note_{note.note_id}"):
        st.text(note.text)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(by_text(visit, note)), width="stretch")
            with st.popover(t("outlook.notes.edit"), type="tertiary", icon=":material/edit:"):
                _form(
                    visit,
                    str(note.note_id),
                    note.text,
                    lambda cursor, text, who: notes.change_note(cursor, note.note_id, text, who, now()),
                )
                if st.button(t("outlook.notes.remove"), key=f"note_remove_{note.note_id}", icon=":material/delete:"):
                    write_down(visit, lambda cursor: notes.remove_note(cursor, note.note_id), "outlook.notes.removed")


def by_text(visit: Visit, note: Note) -> str:
    """Who wrote a note and when, and when it was changed."""
    t = visit.t
    day = when_text(visit, note.noted_at)
    parts = [
        t("outlook.notes.by", author=note.author, day=day) if note.author else t("outlook.notes.by_nobody", day=day)
    ]
    if note.changed_at is not None:
        parts.append(t("outlook.notes.changed", day=when_text(visit, note.changed_at)))
    return " · ".join(parts)


def _form(visit: Visit, key: str, text: str, make: Callable[[Cursor, str, str], object]) -> None:
    """The words and who writes them; the name is kept for the next note of the same visit."""
    t = visit.t
    with st.form(f"note_form_{key}", border=False):
        wording = st.text_area(t("outlook.notes.text"), text, max_chars=LONGEST_NOTE, key=f"note_text_{key}")
        who = st.text_input(
            t("outlook.notes.author"),
            st.session_state.get(WHO, ""),
            max_chars=LONGEST_AUTHOR,
            key=f"note_author_{key}",
        )
        if st.form_submit_button(t("outlook.notes.save"), type="primary"):
            st.session_state[WHO] = who
            write_down(visit, lambda cursor: make(cursor, wording, who), "outlook.notes.kept")
