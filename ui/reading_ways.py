"""What seldom has to be said about a file: which way its dates are written, when it was exported, its encoding."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from crm_core.i18n import Translator
from crm_core.ingest.findings import date_order_of, is_open
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.values import date_order_evidence, parse_date
from crm_core.schema import Kind
from ui.import_desk import DateOrder, Draft, WaitingFile
from ui.session import Visit
from ui.text import plain
from ui.upload import encoding_choice

CONTROL_WIDTH = 240
TEXT_CONTAINERS = frozenset({"csv", "html"})
TIME_FIELDS = ("ordered_at", "submitted_at", "opened_at", "acted_at")
DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})(?!\d)")
EARLIEST_EXPORT = date(2000, 1, 1)


def ways_of_reading(visit: Visit, waiting: WaitingFile, file: ParsedFile, draft: Draft) -> None:
    """What seldom has to be said: the order of the dates, the day of the export, the encoding."""
    t, is_orders = visit.t, draft.offer.mapping.kind is Kind.ORDERS
    key = f"{waiting.number}_{waiting.table}_{draft.offer.mapping.kind}"
    texts = day_month_texts(draft)
    with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
        if texts or _found_order(draft):
            _date_order_choice(t, draft, texts, key)
        if is_orders:
            _export_day(t, draft, key)
        if file.container in TEXT_CONTAINERS:
            with st.container(width=CONTROL_WIDTH):
                encoding_choice(t, waiting, file.encoding)
    if texts:
        day = parse_date(texts[0], draft.date_order or _date_order(draft, texts))
        st.caption(plain(t("mapping.ways.read_as", text=texts[0], day=t.date(day))))


def day_month_texts(draft: Draft) -> list[str]:
    """Cells of the time column that begin with the day or the month, as ``03/04/2026``; the sample's."""
    headings = [h for name in TIME_FIELDS for h in draft.columns.get(name, ())]
    cells = (row.get(heading) or "" for row in draft.samples for heading in headings)
    return list(dict.fromkeys(cell for cell in cells if DAY_OR_MONTH_FIRST.match(cell.strip())))


def is_date_order_open(draft: Draft) -> bool:
    """Whether nothing in the file tells the day from the month; it stays so while the person says which it is."""
    found = draft.checked.summary.findings if draft.checked else ()
    return draft.date_order is not None or any(map(is_open, found))


def settle_date_order(draft: Draft) -> None:
    """Keep the order in which the dates are read: a person saw it and found it right."""
    draft.date_order = draft.date_order or _found_order(draft)


def _found_order(draft: Draft) -> DateOrder | None:
    """The order that the check of the whole file decided for; None where no date could be read in two ways."""
    found = draft.checked.summary.findings if draft.checked else ()
    return next((order for each in found if (order := date_order_of(each)) is not None), None)


def _date_order_choice(t: Translator, draft: Draft, texts: list[str], key: str) -> None:
    order = _date_order(draft, texts)
    auto = t("mapping.ways.auto" if draft.date_order else "mapping.ways.auto_date", order=t(f"mapping.ways.{order}"))
    options: tuple[DateOrder | None, ...] = (None, "dmy", "mdy")
    draft.date_order = st.selectbox(
        t("mapping.ways.date_order"),
        options,
        options.index(draft.date_order),
        key=f"date_order_{key}",
        format_func=lambda order: t(f"mapping.ways.{order}") if order else auto,
        filter_mode=None,
        width=CONTROL_WIDTH,
    )


def _date_order(draft: Draft, texts: list[str]) -> DateOrder:
    return draft.offer.mapping.date_order or _found_order(draft) or date_order_evidence(texts).order


def _export_day(t: Translator, draft: Draft, key: str) -> None:
    latest = draft.checked.summary.last_on if draft.checked else None
    draft.exported_on = st.date_input(
        t("mapping.ways.exported_on"),
        draft.exported_on,
        key=f"exported_on_{key}",
        help=t("mapping.ways.exported_help", day=t.date(latest)),
        min_value=EARLIEST_EXPORT,
        max_value="today",
        width=CONTROL_WIDTH,
    )
