"""The way out of one product or one customer, back to the whole page."""

from __future__ import annotations

import streamlit as st

from ui import address
from ui.session import Visit


def way_back(visit: Visit, name: str, label: str) -> None:
    """A button that takes what the address opens under ``name`` out of it."""
    st.button(
        label,
        icon=":material/arrow_back:",
        type="tertiary",
        key=f"back_to_{visit.page}",
        on_click=address.choose,
        args=(name, None),
    )
