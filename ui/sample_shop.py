"""The sample shop: looking around without a file of one's own, and clearing it away again."""

from __future__ import annotations

import streamlit as st

from crm_core.ingest.pipeline import remove_sample
from crm_core.sample.load import load_sample
from ui.import_desk import Desk, has_own, has_sample, now, open_desk
from ui.session import Visit


def offer_sample(visit: Visit) -> None:
    """A button that loads the sample shop; not there where a file of the shop's own or the sample is in."""
    t = visit.t
    if has_own(visit.cursor) or has_sample(visit.cursor):
        return
    if st.button(
        t("upload.first.sample"),
        type="primary",
        icon=":material/storefront:",
        help=t("upload.first.sample_note"),
        key="load_sample",
    ):
        with st.spinner(t("upload.sample.loading")):
            load_sample(visit.database, now())
        open_desk(visit).note = t("upload.sample.loaded")
        st.rerun()


def offer_removal(visit: Visit, desk: Desk, files: int) -> None:
    """A button that takes all files of the sample shop back, after asking once more."""
    t = visit.t
    if not files:
        return
    with st.popover(t("upload.sample.remove"), icon=":material/delete:", key="remove_sample"):
        st.markdown(t("upload.sample.remove_note", n=t.number(files)))
        if st.button(t("upload.sample.remove_confirm"), type="primary", key="confirm_remove_sample"):
            with st.spinner(t("upload.sample.removing")):
                remove_sample(visit.database, now())
            desk.note = t("upload.sample.removed")
            st.rerun()
