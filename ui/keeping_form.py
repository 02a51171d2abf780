"""Backups, and starting over."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from crm_core.backup import KEPT, back_up, backups
from crm_core.start_over import start_over
from ui.session import Visit


def keeping_form(visit: Visit) -> None:
    """Show when the shop was backed up last, and offer a copy now or an empty shop."""
    _backups(visit)
    _start_over(visit)


def _backups(visit: Visit) -> None:
    t, copies = visit.t, backups(visit.database)
    with st.container(border=True, key="card_backup", width=760):
        st.subheader(t("settings.backup.title"), anchor=False)
        st.caption(t("settings.backup.note", kept=KEPT))
        if copies:
            made_at = datetime.fromtimestamp(copies[-1].stat().st_mtime, UTC).astimezone(visit.settings.zone)
            st.markdown(t("settings.backup.newest", at=t.datetime(made_at), file=copies[-1].name))
        if st.button(t("settings.backup.now"), key="backup_now"):
            back_up(visit.database)
            st.rerun()


def _start_over(visit: Visit) -> None:
    """An empty shop only after its name was typed: no slip of the finger takes everything away."""
    t = visit.t
    name = visit.settings.shop_name or t("settings.start_over.unnamed")
    with st.container(border=True, key="card_start_over", width=760):
        st.subheader(t("settings.start_over.title"), anchor=False)
        st.caption(t("settings.start_over.note"))
        typed = st.text_input(t("settings.start_over.type_name", name=name), key="start_over_name")
        if st.button(t("settings.start_over.do"), disabled=typed.strip() != name, key="start_over_do"):
            start_over(visit.database)
            st.toast(t("settings.start_over.done"), icon=":material/check:")
