"""One opened list or group: why, how many, the first people on it, the columns of its file, and the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from crm_core.export import csv_chunks, national_phone, xlsx_bytes
from crm_core.i18n import Translator
from crm_core.lists.columns import LIST_COLUMNS, chosen, spec_of, usual_columns
from crm_core.lists.groups import Group, group_name
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import CONSENT, ReadyMadeList
from crm_core.lists.sources import Source, source_chunks, source_members
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from ui import address, frame
from ui.download import CSV, XLSX, download
from ui.list_cards import reasons, size_text
from ui.remembered import remembered
from ui.segment_cards import colour_bar
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain

PREVIEW_ROWS = 50
PREVIEW_COLUMNS = 8
SHEET_ROWS = 1_048_575  # of one sheet, under its headings
COLUMNS_MEMORY = "list_columns"
CUSTOMERS_PAGE = "pages/customers.py"
Columns = tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """What is told of a list or group before its people: its words, its size, the columns it shows at first."""

    source: Source
    key: str
    name: str
    reasons: list[tuple[str, str]]
    size: ListSize
    size_words: str
    columns: Columns
    segment: str | None = None


def opened_list(visit: Visit, entry: ReadyMadeList, size: ListSize, *, is_available: bool) -> Opened:
    """A ready-made list."""
    t = visit.t
    said = size_text(visit, size, is_available=is_available)
    name = t(f"{entry.locale_key}.name")
    return Opened(entry.key, entry.key, name, reasons(t, entry), size, said, entry.columns, entry.segment)


def opened_group(visit: Visit, group: Group, size: ListSize) -> Opened:
    """The people behind a figure."""
    t, key = visit.t, group.kind.key
    name = group_name(visit.cursor, group, t, visit.currency)
    why = [(t("lists.page.who"), t(f"groups.{key}.why"))]
    return Opened(group, key, name, why, size, size_text(visit, size, is_available=True), group.kind.columns)


def back_button(visit: Visit) -> None:
    """The way back to all lists."""
    st.button(
        visit.t("lists.page.back"),
        icon=":material/arrow_back:",
        type="tertiary",
        key="back_to_lists",
        on_click=_back,
    )


def _back() -> None:
    address.choose("list", None)
    address.leave_group()


def open_list(visit: Visit, opened: Opened, params: Params) -> None:
    """The reasons and the size; where somebody is on it, the preview and the files."""
    _header(visit, opened)
    if not opened.size.customers:
        return
    columns = _columns(visit, opened)
    if not columns:
        st.info(visit.t("lists.page.no_column"))
        return
    _files(visit, opened, params, columns)
    _preview(visit, opened, params, columns[:PREVIEW_COLUMNS])
    if len(columns) > PREVIEW_COLUMNS:
        st.caption(visit.t("lists.page.more_columns", n=PREVIEW_COLUMNS))


def _header(visit: Visit, opened: Opened) -> None:
    with st.container(border=True, key="card_open_list", gap="xsmall"):
        if opened.segment:
            colour_bar(visit.theme.segments[opened.segment])
        st.subheader(plain(opened.name), anchor=False)
        st.markdown(opened.size_words)
        for label, words in opened.reasons:
            st.markdown(f"**{plain(label)}**　{plain(words)}")


def _columns(visit: Visit, opened: Opened) -> Columns:
    """The columns of the file, remembered for this list as long as the person's session lasts."""
    t, key = visit.t, f"columns_{opened.key}"
    memory: dict[str, Columns] = st.session_state.setdefault(COLUMNS_MEMORY, {})
    usual = remembered(visit, usual_columns, opened.columns)
    st.session_state[key] = list(memory.get(opened.key, usual))

    def changed() -> None:
        memory[opened.key] = tuple(st.session_state[key])

    picked = st.multiselect(
        t("lists.page.columns"),
        list(LIST_COLUMNS),
        key=key,
        format_func=lambda column: t(f"lists.column.{column}"),
        on_change=changed,
    )
    return tuple(picked)


def _files(visit: Visit, opened: Opened, params: Params, columns: Columns) -> None:
    t = visit.t
    name = file_name(opened.key, params.as_of)
    people = t.plural("lists.page.people", opened.size.customers)
    with st.container(horizontal=True, vertical_alignment="center", key="list_files"):
        csv = partial(list_csv, visit, opened.source, params, columns)
        download(t("lists.page.csv", people=people), csv, f"{name}.csv", CSV, key="list_csv")
        if opened.size.customers > SHEET_ROWS:
            st.caption(t("lists.page.too_long"))
            return
        xlsx = partial(list_xlsx, visit, opened.source, params, columns)
        download(t("lists.page.xlsx", people=people), xlsx, f"{name}.xlsx", XLSX, key="list_xlsx")


def file_name(key: str, as_of: date) -> str:
    """The name of a list's file, without its ending."""
    return f"{key}_{as_of.isoformat()}"


def headings(t: Translator, columns: Columns) -> dict[str, str]:
    """The headings of a list's file in the person's language, in the order chosen."""
    return {key: t(f"lists.column.{key}") for key in columns}


def cell_words(t: Translator) -> dict[str, dict[str, str]]:
    """The words that stand in a file for stable keys."""
    return {"segment": {key: t(f"segments.{key}.name") for key in SEGMENT_KEYS}}


def list_csv(visit: Visit, source: Source, params: Params, columns: Columns) -> bytes:
    """Everyone on the list as CSV. It runs after the page did, so it takes a cursor of its own."""
    with visit.database.cursor() as cursor:
        chunks = source_chunks(cursor, source, params, visit.settings, columns)
        return b"".join(csv_chunks(chunks, headings(visit.t, columns), cell_words(visit.t)))


def list_xlsx(visit: Visit, source: Source, params: Params, columns: Columns) -> bytes:
    """Everyone on the list as a workbook."""
    with visit.database.cursor() as cursor:
        people = source_members(cursor, source, params, visit.settings, columns).frame
    return xlsx_bytes(people, headings(visit.t, columns), cell_words(visit.t))


def _preview(visit: Visit, opened: Opened, params: Params, columns: Columns) -> None:
    t = visit.t
    asked = tuple(dict.fromkeys((*columns, "customer_id")))
    found = remembered(visit, source_members, opened.source, params, visit.settings, asked, limit=PREVIEW_ROWS)
    is_cut = opened.size.customers > PREVIEW_ROWS
    title = t("lists.page.preview", n=t.number(PREVIEW_ROWS)) if is_cut else t("lists.page.preview_all")
    frame.section(title, t("lists.page.pick"))
    picked = show_table(
        visit,
        previewed(t, found.frame, columns),
        preview_columns(t, columns),
        key=f"list_{opened.key}",
        selectable=True,
        most=len(columns),
    )
    if set(CONSENT) & set(columns):
        st.caption(plain(t("lists.page.consent_note", no=t("lists.page.no"), unknown=t("lists.page.unknown"))))
    if picked is not None:
        reference = customer_reference(str(found.frame["customer_id"].iloc[picked]))
        st.switch_page(CUSTOMERS_PAGE, query_params={"customer": reference})


def preview_columns(t: Translator, columns: Columns) -> list[Column]:
    """The chosen columns with their headings; flags are words."""
    return [
        Column(column.key, t(f"lists.column.{column.key}"), _seen_as(column.unit))
        for column in spec_of(chosen(columns))
    ]


def _seen_as(unit: Unit | ColumnKind) -> Unit | ColumnKind:
    return ColumnKind.TEXT if unit is ColumnKind.FLAG else unit


def previewed(t: Translator, members: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The rows as they are read: segments and consents in words, phones as people write them, days as days."""
    result = members.loc[:, list(columns)].astype(object)
    result = result.where(result.notna(), None)
    words = cell_words(t)
    for column in chosen(columns):
        cells = result[column.key]
        if column.unit is ColumnKind.FLAG:
            result[column.key] = [consent_word(t, cell) for cell in cells]
        elif column.unit is ColumnKind.DATE:
            result[column.key] = pd.to_datetime(members[column.key])
        elif column.key in words:
            result[column.key] = [words[column.key].get(cell, cell) for cell in cells]
        elif column.key == "phone":
            result[column.key] = [national_phone(cell) if cell else None for cell in cells]
    return result


def consent_word(t: Translator, is_given: bool | None) -> str:
    """A consent in words; one that is not on record is neither yes nor no."""
    if is_given is None:
        return t("lists.page.unknown")
    return t("lists.page.yes") if is_given else t("lists.page.no")
