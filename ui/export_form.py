"""On an opened list: what the file is for, whom it holds, why others are left out, its columns, and the file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

import streamlit as st

from crm_core.db import Cursor
from crm_core.findings.exports import reasons_in_words, remaining_words
from crm_core.i18n import Translator
from crm_core.lists.campaigns import campaign_to_contact
from crm_core.lists.columns import LIST_COLUMNS, usual_columns
from crm_core.lists.contactable import Channel, rules_on
from crm_core.lists.exports import (
    SHEET_ROWS,
    Export,
    FileFormat,
    Remaining,
    choose_columns,
    chosen_columns,
    contact_stamp,
    kind_of,
    made_file,
    remaining,
)
from crm_core.lists.layouts import LAYOUTS, Layout, PhoneForm
from crm_core.lists.sources import Source
from crm_core.notes import LONGEST_AUTHOR
from crm_core.params import Params
from crm_core.settings import ShopSettings
from ui.contact_day import today
from ui.customer_notes import WHO
from ui.download import CSV, XLSX, download
from ui.import_desk import now
from ui.remembered import remembered
from ui.session import Visit
from ui.text import plain

NO_CHANNEL = "none"
EXAMPLES = {PhoneForm.HOME: "0912345678", PhoneForm.E164: "+886912345678"}
MIME = {FileFormat.CSV: CSV, FileFormat.XLSX: XLSX}
Columns = tuple[str, ...]


def export_form(visit: Visit, source: Source, params: Params, usual: Columns, *, key: str, name: str) -> Columns:
    """The whole form; returns the columns that the preview below shows, none where none is chosen.

    ``usual`` are the columns of the list unless others are chosen; ``key`` and ``name`` name its files.
    """
    with st.container(border=True, key="card_export", gap="small"):
        layout, channel, phone_form = _purpose(visit)
        day = today(visit)
        found = _remaining(visit, source, params, layout, channel, day)
        known = remembered(visit, usual_columns, usual)
        columns = _columns(visit, source, known) if layout.is_chosen else known
        if not columns:
            st.info(visit.t("lists.page.no_column"))
        elif found.customers:
            rules = rules_on(day, visit.settings, channel, campaign_to_contact(source))
            chosen = columns if layout.is_chosen else ()
            export = Export(source, params, visit.settings, layout, rules, chosen, phone_form)
            _files(visit, export, found, key=key, name=name)
    return columns


def _purpose(visit: Visit) -> tuple[Layout, Channel | None, PhoneForm]:
    """What the file is for: the layout, the way of contact, how numbers are written."""
    t = visit.t
    left, right = st.columns(2)
    with left:
        picked = st.selectbox(
            t("exports.page.layout"),
            list(LAYOUTS),
            format_func=lambda each: t(f"exports.layout.{each}.name"),
            key="export_layout",
            filter_mode=None,
        )
    layout = LAYOUTS[picked]
    with right:
        channel = _channel(t, layout)
        phone_form = _phone_form(t) if layout.key == "sms" else PhoneForm.HOME
    st.caption(plain(t(f"exports.layout.{layout.key}.about")))
    return layout, channel, phone_form


def _channel(t: Translator, layout: Layout) -> Channel | None:
    """The way of contact, where the layout leaves it open."""
    if len(layout.channels) == 1:
        return layout.channels[0]
    picked = st.selectbox(
        t("exports.page.channel"),
        [channel.value if channel else NO_CHANNEL for channel in layout.channels],
        format_func=lambda each: t(f"exports.channel.{each}"),
        key="export_channel",
        filter_mode=None,
    )
    return None if picked == NO_CHANNEL else Channel(picked)


def _phone_form(t: Translator) -> PhoneForm:
    picked = st.selectbox(
        t("exports.page.phone_form"),
        [form.value for form in PhoneForm],
        format_func=lambda each: t(f"exports.phone_form.{each}", example=EXAMPLES[PhoneForm(each)]),
        key="export_phone_form",
        filter_mode=None,
    )
    return PhoneForm(picked)


def _remaining(
    visit: Visit, source: Source, params: Params, layout: Layout, channel: Channel | None, day: date
) -> Remaining:
    """How many the file holds, and who is left out and why, in words."""
    t = visit.t
    stamp = contact_stamp(visit.cursor)
    found = remembered(visit, _asked, source, params, visit.settings, layout.key, channel, day, stamp)
    st.markdown(remaining_words(found, day, t))
    if found.left_out:
        st.caption(plain(t("exports.page.left", day=t.date(day), reasons=left_words(visit, found.left_out.items()))))
    return found


def left_words(visit: Visit, reasons: Iterable[tuple[str, int]]) -> str:
    """Who is left out and why, in words."""
    return reasons_in_words(dict(reasons), visit.settings, visit.t)


def _asked(
    cursor: Cursor,
    source: Source,
    params: Params,
    settings: ShopSettings,
    layout_key: str,
    channel: Channel | None,
    day: date,
    stamp: tuple[object, ...],
) -> Remaining:
    """As ``remaining``, asked anew where a contact or a campaign came."""
    rules = rules_on(day, settings, channel, campaign_to_contact(source))
    return remaining(cursor, Export(source, params, settings, LAYOUTS[layout_key], rules))


def _columns(visit: Visit, source: Source, usual: Columns) -> Columns:
    """The columns of the full table; what somebody chose is remembered for lists of this kind."""
    t, key = visit.t, f"columns_{kind_of(source)}"
    if key not in st.session_state:
        st.session_state[key] = list(chosen_columns(visit.cursor, source) or usual)
    picked = st.multiselect(
        t("lists.page.columns"),
        list(LIST_COLUMNS),
        key=key,
        format_func=lambda column: t(f"lists.column.{column}"),
        on_change=_remember,
        args=(visit, source, key),
        select_all=False,
    )
    return tuple(picked)


def _remember(visit: Visit, source: Source, key: str) -> None:
    if picked := st.session_state[key]:
        with visit.database.write_beside() as cursor:
            choose_columns(cursor, source, picked)


def _files(visit: Visit, export: Export, found: Remaining, *, key: str, name: str) -> None:
    """Who takes the file out, and the file in both formats; machines alone need only one."""
    t = visit.t
    by = st.text_input(
        t("exports.page.author"), st.session_state.get(WHO, ""), max_chars=LONGEST_AUTHOR, key="export_by"
    )
    if by.strip():
        st.session_state[WHO] = by
    people = t.plural("lists.page.people", found.customers)
    stem = file_stem(key, export)
    with st.container(horizontal=True, vertical_alignment="center", key="list_files"):
        for file_format in FileFormat if export.layout.has_bom else (FileFormat.CSV,):
            if file_format is FileFormat.XLSX and found.customers > SHEET_ROWS:
                st.caption(t("lists.page.too_long"))
                continue
            download(
                t(f"lists.page.{file_format}", people=people),
                partial(file_bytes, visit, export, file_format, by=by, name=name),
                f"{stem}.{file_format}",
                MIME[file_format],
                key=f"list_{file_format}",
                disabled=not by.strip(),
            )
    st.caption(plain(t("exports.page.logged" if by.strip() else "exports.page.author_first")))


def file_stem(key: str, export: Export) -> str:
    """The name of a list's file, without its ending: the list, the layout where it is a special one, the day."""
    layout = "" if export.layout.is_chosen else f"_{export.layout.key}"
    return f"{key}{layout}_{export.rules.day.isoformat()}"


def file_bytes(visit: Visit, export: Export, file_format: FileFormat, *, by: str, name: str) -> bytes:
    """The file, written down in the log. It is made on disk, so that memory holds it once."""
    making = made_file(visit.database, export, visit.t, file_format, by=by, name=name, moment=now())
    with making as made:
        return made.path.read_bytes()
