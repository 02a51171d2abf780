"""What a page shows while its data is missing: which file would fill it, and the way to look around without one."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from crm_core.periods import data_extent
from ui.session import Visit

PAGES = Path(__file__).parent.parent / "pages"
STEPS = ("find", "upload", "read")


def no_orders(visit: Visit) -> None:
    """The first visit: one sentence, three steps, and the way to the upload and to the sample shop."""
    from ui.sample_shop import offer_sample  # loads all that reads files, which a shop with orders need not wait for

    t = visit.t
    with st.container(border=True, key="card_empty"):
        st.subheader(t("app.empty.title"), anchor=False)
        st.markdown(t("app.empty.sentence"))
        for number, step in enumerate(STEPS, start=1):
            st.markdown(f"**{number}.** {t(f'app.empty.step.{step}')}")
        _link_to_data(visit)
        if data_extent(visit.cursor) is not None:
            st.page_link("pages/voice.py", label=t("app.empty.to_voice"), icon=":material/chat_bubble:")
        offer_sample(visit)


def missing(visit: Visit, what: str) -> None:
    """A part of a page whose data is missing: ``what`` names its text under ``app.missing``."""
    t = visit.t
    with st.container(border=True, key=f"card_missing_{what}"):
        st.markdown(f"**{t(f'app.missing.{what}.title')}**")
        st.markdown(t(f"app.missing.{what}.sentence"))
        _link_to_data(visit)


def _link_to_data(visit: Visit) -> None:
    if (PAGES / "data.py").exists():
        st.page_link("pages/data.py", label=visit.t("app.empty.to_data"), icon=":material/upload_file:")
