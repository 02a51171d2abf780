"""What comments speak of: the chart of the themes, and the form that changes them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.model import records
from crm_core.charts.opinions import Part, StackedRow, stacked_rows
from crm_core.errors import CrmError
from crm_core.i18n import Translator
from crm_core.metrics.spec import Table
from crm_core.metrics.themes import (
    ANY,
    MOST_THEMES,
    MOST_WORDS,
    OTHER,
    Theme,
    are_own,
    forget_themes,
    save_themes,
    theme_of,
    themes,
)
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in
from ui.refusal import show_refusal
from ui.session import Visit
from ui.table import ROW_HEIGHT, headed
from ui.voice_groups import can_list, days_of

MOSTLY = 0.5
THEME_WIDTH, THEME_HEIGHT = 110, 72


@dataclass(frozen=True)
class ThemeRow:
    """One row of the table comment_themes."""

    theme: str
    comments: int
    share: float
    promoters: int
    passives: int
    detractors: int
    unscored: int


def theme_name(t: Translator, key: str) -> str:
    """A theme as it is read: default ones have words in both languages, the owner's are named by the owner."""
    return t(f"themes.name.{key}") if t.has(f"themes.name.{key}") else key


def theme_chart(visit: Visit, found: Table, comments: int, params: Params) -> None:
    """How many comments speak of each theme, by the score; what detractors speak of most comes first."""
    t = visit.t
    rows = records(found.frame, ThemeRow)
    rows.sort(key=lambda row: (row.theme == OTHER, -row.detractors))
    other = next((row.share for row in rows if row.theme == OTHER), None)
    is_mostly_other = other is not None and other > MOSTLY
    note = "note_mostly_other" if is_mostly_other else "note"
    frame = found.frame.assign(theme=[theme_name(t, key) for key in found.frame["theme"]])
    show_chart(
        visit,
        "themes",
        t("themes.chart.title") if is_mostly_other else _title(t, rows[0]),
        stacked_rows([_bar(visit, row) for row in rows if row.comments], t, visit.theme, t("themes.chart.unit")),
        rows=Rows(frame, headed(t, found.columns), "comment_themes.csv"),
        definition=t("themes.chart.how"),
        people=PeopleChoice(t("themes.chart.people"), _links(t, rows, params)) if can_list(visit, params) else None,
        note=t(f"themes.chart.{note}", n=t.number(comments), share=t.share(other)),
    )


def _title(t: Translator, worst: ThemeRow) -> str:
    """What detractors speak of most, where they speak of a theme at all."""
    if worst.theme == OTHER or not worst.detractors:
        return t("themes.chart.title")
    return t("themes.chart.title_worst", theme=theme_name(t, worst.theme))


def _bar(visit: Visit, row: ThemeRow) -> StackedRow:
    t, theme = visit.t, visit.theme
    sizes = {
        "detractor": (row.detractors, theme.detractor),
        "passive": (row.passives, theme.passive),
        "promoter": (row.promoters, theme.promoter),
    }
    parts = [Part(t(f"metrics.attitude.{key}"), size, colour, t.number(size)) for key, (size, colour) in sizes.items()]
    parts.append(Part(t("themes.chart.unscored"), row.unscored, theme.immature, t.number(row.unscored)))
    return StackedRow(theme_name(t, row.theme), f"<b>{t.number(row.comments)}</b> · {t.share(row.share)}", tuple(parts))


def _links(t: Translator, rows: list[ThemeRow], params: Params) -> dict[str, ListLink]:
    links = {}
    for attitude, count in (("detractor", "detractors"), (ANY, "comments")):
        for row in rows:
            if not getattr(row, count):
                continue
            found = people_in("theme_commenters", theme=row.theme, attitude=attitude, **days_of(params))
            if found is not None:
                words = {"theme": theme_name(t, row.theme), "attitude": t(f"opinions.attitude.{attitude}")}
                links[t("themes.chart.link", **words)] = found
    return links


def folded_theme_form(visit: Visit) -> None:
    """The form of the themes, folded away beside the comments it is about."""
    with st.expander(visit.t("themes.form.title"), icon=":material/edit:", key="themes_folded"):
        _theme_form(visit)


def theme_form(visit: Visit) -> None:
    """The form of the themes among the other settings."""
    with st.container(border=True, key="card_themes_form", width=760):
        st.subheader(visit.t("themes.form.heading"), anchor=False)
        _theme_form(visit)


def _theme_form(visit: Visit) -> None:
    """The themes as a table that can be changed, and the way back to the original ones."""
    t, stored = visit.t, themes(visit.cursor)
    is_own = are_own(visit.cursor)
    state = t("themes.form.own" if is_own else "themes.form.usual")
    st.caption(f"{t('themes.form.note', most=MOST_THEMES, words=MOST_WORDS)} {state}")
    with st.form("themes", border=False):
        edited = _editor(visit, stored)
        is_wanted = st.form_submit_button(t("themes.form.save"))
    if is_own and st.button(t("themes.form.back"), key="themes_back"):
        with visit.database.write() as cursor:
            forget_themes(cursor)
        st.toast(t("themes.form.restored"), icon=":material/undo:")
        st.rerun()
    if is_wanted:
        _apply(visit, stored, edited)


def _editor(visit: Visit, stored: tuple[Theme, ...]) -> pd.DataFrame:
    t = visit.t
    rows = pd.DataFrame(
        {
            "theme": pd.Series([theme_name(t, theme.key) for theme in stored], dtype="object"),
            "words": pd.Series([t("charts.comma").join(theme.words) for theme in stored], dtype="object"),
        }
    )
    return st.data_editor(
        rows,
        column_config={
            "theme": st.column_config.TextColumn(t("themes.form.theme"), required=True, width=THEME_WIDTH),
            "words": st.column_config.TextColumn(t("themes.form.words"), required=True),
        },
        height=ROW_HEIGHT + THEME_HEIGHT * (len(rows) + 1) + 2,  # all of them, and the empty row to fill in
        row_height=THEME_HEIGHT,  # tall enough for several lines of words
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=f"themes_{visit.t.language}_{visit.database.data_version()}",
    )


def entered(t: Translator, stored: tuple[Theme, ...], edited: pd.DataFrame) -> list[Theme]:
    """The themes of the table; the name of a stored theme means that theme, and rows not filled in are none yet."""
    keys = {theme_name(t, theme.key): theme.key for theme in stored}
    filled = [
        (str(name).strip(), str(words))
        for name, words in edited.itertuples(index=False)
        if not pd.isna(name) and not pd.isna(words) and str(name).strip()
    ]
    return [theme_of(keys.get(name, name), words) for name, words in filled]


def _apply(visit: Visit, stored: tuple[Theme, ...], edited: pd.DataFrame) -> None:
    wanted = entered(visit.t, stored, edited)
    if tuple(wanted) == stored:
        return
    try:
        with visit.database.write() as cursor:
            save_themes(cursor, wanted)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        return
    st.toast(visit.t("themes.form.saved"), icon=":material/check:")
    st.rerun()
