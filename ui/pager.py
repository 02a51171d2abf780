"""Leafing through a table whose pages come from the database one by one."""

from __future__ import annotations

import streamlit as st

from ui.session import Visit

PAGE_ROWS = 50


def offset_of(key: str, asked: object) -> int:
    """How many rows stand before the page shown; another question starts at its first page again."""
    name = f"pager_{key}"
    if st.session_state.get(name, (None, 0))[0] != asked:
        st.session_state[name] = (asked, 0)
    return int(st.session_state[name][1])


def pager(visit: Visit, key: str, offset: int, shown: int, total: int) -> None:
    """Which rows are shown out of how many, with a step back and forth where there are more."""
    t = visit.t
    rows = t("pager.rows", first=t.number(offset + 1), last=t.number(offset + shown), total=t.number(total))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pager_row_{key}"):
        st.caption(rows if shown else t("pager.none"), width="content")
        if total > PAGE_ROWS:
            _step(t("pager.back"), key, "chevron_left", offset - PAGE_ROWS, is_off=offset == 0)
            _step(t("pager.on"), key, "chevron_right", offset + PAGE_ROWS, is_off=offset + shown >= total)


def _step(label: str, key: str, icon: str, offset: int, *, is_off: bool) -> None:
    def turn() -> None:
        asked, _ = st.session_state[f"pager_{key}"]
        st.session_state[f"pager_{key}"] = (asked, max(0, offset))

    st.button("", key=f"{key}_{icon}", icon=f":material/{icon}:", help=label, disabled=is_off, on_click=turn)
