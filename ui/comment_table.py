"""The comments: search, attitude, pages; what customers wrote stays plain text. A picked row opens its customer."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from crm_core.i18n import Translator
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.metrics.themes import OTHER, Theme, marked, themes
from crm_core.metrics.voice_tables import ATTITUDES, comment_page
from crm_core.params import Params
from ui.download import download_csv
from ui.frame import section
from ui.list_open import CUSTOMERS_PAGE
from ui.pager import PAGE_ROWS, offset_of, pager
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, show_table
from ui.voice_themes import theme_name

KEY = "comments"
ALL = ""
SEARCH_WIDTH, PICK_WIDTH = 260, 190
UNITS: dict[str, Unit | ColumnKind] = {
    "score": Unit.COUNT,
    "attitude": ColumnKind.TEXT,
    "comment": ColumnKind.TEXT,
    "who": ColumnKind.TEXT,
    "answered_on": ColumnKind.DATE,
    "channel": ColumnKind.TEXT,
}


def comment_table(visit: Visit, params: Params) -> None:
    """One page of the comments that match."""
    t = visit.t
    above = st.container()
    own = themes(visit.cursor)
    search, attitude, theme = _asked(t, own)
    offset = offset_of(KEY, (params, search, attitude, theme))
    found = remembered(
        visit,
        comment_page,
        params,
        visit.settings,
        search=search,
        attitude=attitude,
        theme=theme,
        limit=PAGE_ROWS,
        offset=offset,
    )
    can_open = bool(found.frame["customer_id"].notna().any())
    with above:
        section(t("voice.comments.title"), t("voice.comments.note_open" if can_open else "voice.comments.note"))
    if found.frame.empty and not search and not attitude and not theme:
        st.caption(t("voice.comments.empty"))
        return
    frame, columns = shown(t, found.frame), comment_columns(t, found.frame)
    patterns = [re.escape(search.lower()), *(entry.pattern for entry in own if entry.key == theme)]
    seen = frame.assign(comment=[with_marks(t, comment, patterns) for comment in frame["comment"]])
    picked = show_table(visit, seen, columns, key=KEY, selectable=can_open)
    with st.container(horizontal=True, vertical_alignment="center", key="under_comments"):
        pager(visit, KEY, offset, len(frame), found.total)
        if len(frame):
            download_csv(t("voice.comments.download"), frame, columns, "comments.csv", key=KEY)
    _open_picked(found.frame, picked)


def with_marks(t: Translator, comment: str, patterns: list[str]) -> str:
    """A comment with the words that were looked for between two signs; it stays plain text."""
    return marked(comment, patterns, t("themes.mark.open"), t("themes.mark.close"))


def _asked(t: Translator, own: tuple[Theme, ...]) -> tuple[str, str, str]:
    """The search is never put into the address: it may be a name."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask_comments"):
        search = st.text_input(t("voice.comments.search"), key="comments_search", width=SEARCH_WIDTH, max_chars=100)
        attitude = st.selectbox(
            t("voice.comments.attitude"),
            (ALL, *ATTITUDES[::-1]),
            format_func=lambda key: t(f"metrics.attitude.{key}") if key else t("voice.comments.all"),
            key="comments_attitude",
            width=PICK_WIDTH,
            filter_mode=None,
        )
        theme = st.selectbox(
            t("themes.filter.theme"),
            (ALL, *(entry.key for entry in own), OTHER),
            format_func=lambda key: theme_name(t, key) if key else t("themes.filter.all"),
            key="comments_theme",
            width=PICK_WIDTH,
            filter_mode=None,
        )
    return search.strip(), attitude, theme


def comment_columns(t: Translator, found: pd.DataFrame) -> list[Column]:
    """The columns on screen and in the file; the channel only where an answer has one."""
    keys = [key for key in UNITS if key != "channel" or found["channel"].notna().any()]
    return [Column(key, t(f"voice.column.{key}"), UNITS[key]) for key in keys]


def shown(t: Translator, found: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are read: attitudes in words, a word for those who are not known."""
    anonymous = found["customer_id"].isna()
    nameless = anonymous.map({True: t("voice.comments.anonymous"), False: t("voice.comments.nameless")})
    attitudes = {key: t(f"metrics.attitude.{key}") for key in ATTITUDES}
    return found.assign(
        attitude=found["attitude"].map(attitudes),
        who=found["name"].fillna(nameless),
        answered_on=pd.to_datetime(found["answered_on"]),
    )


def _open_picked(found: pd.DataFrame, picked: int | None) -> None:
    if picked is None or pd.isna(found["customer_id"].iloc[picked]):
        return
    reference = customer_reference(str(found["customer_id"].iloc[picked]))
    st.switch_page(CUSTOMERS_PAGE, query_params={"customer": reference})
