"""What a person enters beside the data: write it down, start the page anew, and say there once what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from crm_core.db import Cursor
from crm_core.errors import CrmError
from ui.refusal import show_refusal
from ui.session import Visit

SAID = "written_said"
Result = TypeVar("Result")


def write_down(
    visit: Visit, make: Callable[[Cursor], Result], said: str, then: Callable[[Result], object] | None = None
) -> None:
    """Write and start the page anew, after ``then`` with what was made; a refusal is shown where the person is.

    ``said`` is the locale key of what the page says afterwards.
    """
    try:
        with visit.database.write_beside() as cursor:
            result = make(cursor)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        return
    if then is not None:
        then(result)
    st.session_state[SAID] = visit.t(said)
    st.rerun()


def say_what_was_written() -> None:
    """Say once what was done last."""
    said = st.session_state.pop(SAID, None)
    if said is not None:
        st.toast(said, icon=":material/check:")
