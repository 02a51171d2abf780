"""One opened list or group: why, how many, the file of it, a campaign made of it, and the first people on it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.errors import CrmError
from crm_core.export import national_phone
from crm_core.i18n import Translator
from crm_core.lists.campaigns import campaign_to_contact
from crm_core.lists.columns import chosen, spec_of
from crm_core.lists.exports import cell_words, check_campaign
from crm_core.lists.groups import Group, group_name
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import CONSENT, ReadyMadeList
from crm_core.lists.sources import Source, source_members
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from ui import address, frame
from ui.campaign_freeze import freeze_form
from ui.export_form import export_form
from ui.list_cards import reasons, size_text
from ui.refusal import show_refusal
from ui.remembered import remembered
from ui.segment_cards import colour_bar
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain

PREVIEW_ROWS = 50
PREVIEW_COLUMNS = 8
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
    said = size_text(visit, size, is_available=is_available, needs=entry.needs)
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
    """The reasons and the size; where somebody is on it, the file, a campaign made of it, and the preview."""
    _header(visit, opened)
    if not opened.size.customers:
        _why_nobody(visit, opened.source)
        return
    columns = export_form(visit, opened.source, params, opened.columns, key=opened.key, name=opened.name)
    title = visit.t("campaigns.freeze.title")
    with st.expander(title, icon=":material/ac_unit:", key="freeze_list", on_change="rerun") as campaign:
        if campaign.open:  # what a campaign could prove is asked of the database for a while
            freeze_form(visit, opened.source, params)
    if not columns:
        return
    _preview(visit, opened, params, columns[:PREVIEW_COLUMNS])
    if len(columns) > PREVIEW_COLUMNS:
        st.caption(visit.t("lists.page.more_columns", n=PREVIEW_COLUMNS))


def _why_nobody(visit: Visit, source: Source) -> None:
    """Say so where nobody is on the list because its campaign was stopped or is gone."""
    try:
        check_campaign(visit.cursor, campaign_to_contact(source))
    except CrmError as refusal:
        show_refusal(visit.t, refusal)


def _header(visit: Visit, opened: Opened) -> None:
    with st.container(border=True, key="card_open_list", gap="xsmall"):
        if opened.segment:
            colour_bar(visit.theme.segments[opened.segment])
        st.subheader(plain(opened.name), anchor=False)
        st.markdown(opened.size_words)
        for label, words in opened.reasons:
            st.markdown(f"**{plain(label)}**　{plain(words)}")


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
