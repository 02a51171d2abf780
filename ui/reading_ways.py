"""What seldom has to be said about a file: which way its dates are written, when it was exported, its layout."""

from __future__ import annotations

import re
from datetime import date

import streamlit as st

from crm_core.i18n import Translator
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.values import date_order_evidence, parse_date
from crm_core.schema import Kind, Shape
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
    """What seldom has to be said: the order of the dates, the day of the export, the layout, the encoding."""
    t, is_orders = visit.t, draft.offer.mapping.kind is Kind.ORDERS
    key = f"{waiting.number}_{waiting.table}_{draft.offer.mapping.kind}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
        if texts := day_month_texts(draft):
            _date_order_choice(t, draft, texts, key)
        if is_orders:
            _export_day(t, draft, key)
            _shape_choice(t, draft, key)
        if file.container in TEXT_CONTAINERS:
            with st.container(width=CONTROL_WIDTH):
                encoding_choice(t, waiting, file.encoding)
    if texts:
        st.caption(plain(_date_evidence(t, draft, texts)))


def day_month_texts(draft: Draft) -> list[str]:
    """Cells of the time column that begin with the day or the month, as ``03/04/2026``; the sample's."""
    headings = [h for name in TIME_FIELDS for h in draft.columns.get(name, ())]
    cells = (row.get(heading) or "" for row in draft.samples for heading in headings)
    return list(dict.fromkeys(cell for cell in cells if DAY_OR_MONTH_FIRST.match(cell.strip())))


def is_date_order_open(draft: Draft) -> bool:
    """Whether nothing in the sample tells the day from the month, and nobody has said it."""
    texts = day_month_texts(draft)
    evidence = date_order_evidence(texts)
    settled = draft.date_order or draft.offer.mapping.date_order
    return bool(texts) and settled is None and not (evidence.day_first or evidence.month_first)


def _date_order_choice(t: Translator, draft: Draft, texts: list[str], key: str) -> None:
    auto = t("mapping.ways.auto_date", order=t(f"mapping.ways.{_date_order(draft, texts)}"))
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
    return draft.offer.mapping.date_order or date_order_evidence(texts).order


def _date_evidence(t: Translator, draft: Draft, texts: list[str]) -> str:
    """How the first date is read, and what in the column speaks for it."""
    evidence = date_order_evidence(texts)
    order = draft.date_order or _date_order(draft, texts)
    day = parse_date(texts[0], order)
    sentence = t("mapping.ways.read_as", text=texts[0], day=t.date(day))
    proof = evidence.day_first if order == "dmy" else evidence.month_first
    why = t(f"mapping.ways.proof_{order}", n=t.number(proof)) if proof else t("mapping.ways.no_proof")
    return f"{sentence} {why}"


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


def _shape_choice(t: Translator, draft: Draft, key: str) -> None:
    options: tuple[Shape | None, ...] = (None, *Shape)
    draft.shape = st.selectbox(
        t("mapping.ways.shape"),
        options,
        options.index(draft.shape),
        key=f"shape_{key}",
        format_func=lambda shape: t(f"upload.shape.{shape}") if shape else t("mapping.ways.auto_shape"),
        filter_mode=None,
        width=CONTROL_WIDTH,
    )
