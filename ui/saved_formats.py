"""The shop's own formats: what a person confirmed once, with its name, to be renamed or forgotten."""

from __future__ import annotations

from datetime import UTC

import streamlit as st

from crm_core.ingest.formats import LONGEST_NAME, SavedFormat, forget_format, rename_format, saved_formats
from ui.import_desk import Desk
from ui.session import Visit
from ui.text import joined, plain

HEADINGS_SHOWN = 8


def own_formats(visit: Visit, desk: Desk) -> None:
    """Every format of the shop's own; nothing where there is none."""
    t, known = visit.t, saved_formats(visit.cursor)
    if not known:
        return
    with st.expander(t("mapping.formats.title"), icon=":material/bookmark:", key="own_formats"):
        st.caption(t("mapping.formats.note"))
        for number, each in enumerate(known):
            _format(visit, desk, each, number)


def _format(visit: Visit, desk: Desk, known: SavedFormat, number: int) -> None:
    t = visit.t
    with st.container(border=True, key=f"card_format_{number}"):
        st.markdown(f"**{plain(known.name or t('mapping.formats.unnamed'))}**")
        saved_at = known.saved_at.replace(tzinfo=UTC).astimezone(visit.settings.zone)
        facts = t(
            "mapping.formats.facts",
            kind=t(f"upload.kind_name.{known.mapping.kind}"),
            columns=t.number(len(known.headings)),
            when=t.datetime(saved_at),
        )
        st.caption(plain("\n".join([facts, joined(t, known.headings[:HEADINGS_SHOWN])])))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _rename(visit, desk, known, number)
            _forget(visit, desk, known, number)


def _rename(visit: Visit, desk: Desk, known: SavedFormat, number: int) -> None:
    t = visit.t
    with st.popover(t("mapping.formats.rename"), icon=":material/edit:", key=f"rename_format_{number}"):
        name = st.text_input(t("mapping.name"), known.name or "", key=f"name_{known.signature}", max_chars=LONGEST_NAME)
        if st.button(t("mapping.formats.save"), type="primary", key=f"save_name_{number}"):
            with visit.database.write() as cursor:
                rename_format(cursor, known.signature, name)
            desk.note = t("mapping.formats.renamed")
            st.rerun()


def _forget(visit: Visit, desk: Desk, known: SavedFormat, number: int) -> None:
    t = visit.t
    with st.popover(t("mapping.formats.forget"), icon=":material/delete:", key=f"forget_format_{number}"):
        st.markdown(plain(t("mapping.formats.forget_note")))
        if st.button(t("mapping.formats.forget_confirm"), type="primary", key=f"confirm_forget_{number}"):
            with visit.database.write() as cursor:
                forget_format(cursor, known.signature)
            desk.note = t("mapping.formats.forgotten")
            st.rerun()
