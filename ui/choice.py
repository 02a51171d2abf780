"""A choice of few that belongs to one page and stands in its address under a stable key."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.session import Visit


def choice(visit: Visit, name: str, options: Sequence[str], texts: str) -> str:
    """The option that the address names or the person picks, the first one usually.

    ``texts`` is the locale key of the options' words; ``<texts>.label`` is the word for the choice itself. A value that
    is no option is refused kindly. Unlike a filter the choice stays behind when another page is opened.
    """
    usual, key = options[0], f"choice_{visit.page}_{name}"
    current = st.query_params.get(name, usual)
    if current not in options:
        st.toast(visit.t("app.filter.refused", what=visit.t(f"{texts}.label")), icon=":material/info:")
        del st.query_params[name]
        current = usual
    st.session_state[key] = current

    def changed() -> None:
        picked = st.session_state[key]
        if picked == usual:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = picked

    st.segmented_control(
        visit.t(f"{texts}.label"),
        options,
        key=key,
        format_func=lambda option: visit.t(f"{texts}.{option}"),
        on_change=changed,
        required=True,
    )
    return current
