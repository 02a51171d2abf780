"""The part of Lists that tells which files left: what, by whom, when, for what, how many, how many left out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from crm_core.lists.exports import Logged, export_log
from crm_core.metrics.spec import Unit
from ui import frame
from ui.decide import when_text
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain

MOST_SHOWN = 200
UNITS = {"customers": Unit.COUNT, "left_out": Unit.COUNT}
COLUMNS = ("exported_at", "name", "customers", "exported_by", "layout", "file_format", "left_out")


def export_log_part(visit: Visit) -> None:
    """The log, the newest first."""
    t = visit.t
    frame.section(t("exports.log.title"), t("exports.log.about"))
    entries = export_log(visit.cursor, MOST_SHOWN)
    if not entries:
        st.info(t("exports.log.empty"), icon=":material/info:")
        return
    rows = pd.DataFrame([_row(visit, entry) for entry in entries], columns=COLUMNS)
    shown = [
        Column(key, t(f"exports.log.{key}"), UNITS[key]) if key in UNITS else Column(key, t(f"exports.log.{key}"))
        for key in COLUMNS
    ]
    show_table(visit, rows, shown, key="export_log")
    if len(entries) == MOST_SHOWN:
        st.caption(plain(t("exports.log.newest", n=t.number(MOST_SHOWN))))


def _row(visit: Visit, entry: Logged) -> tuple[object, ...]:
    t = visit.t
    purpose = t(f"exports.layout.{entry.layout}.name")
    if entry.layout == "full" and entry.channel is not None:
        purpose = f"{purpose} · {t(f'exports.channel.{entry.channel}')}"
    return (
        when_text(visit, entry.exported_at),
        entry.name,
        entry.customer_count,
        entry.exported_by,
        purpose,
        entry.file_format.upper(),
        sum(entry.left_out.values()),
    )
