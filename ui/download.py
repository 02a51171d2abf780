"""Download buttons whose bytes are made only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from crm_core.export import csv_bytes
from ui.table import Column

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HTML = "text/html"


def download(
    label: str, make: Callable[[], bytes], file_name: str, mime: str, *, key: str, disabled: bool = False
) -> None:
    """A button that calls ``make`` when it is pressed."""
    st.download_button(
        label,
        make,
        file_name,
        mime,
        key=f"download_{key}",
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
    )


def download_csv(label: str, frame: pd.DataFrame, shown: Sequence[Column], file_name: str, *, key: str) -> None:
    """The frame's columns as CSV that a spreadsheet opens right, with the headings the person sees."""
    headings = {column.key: column.heading for column in shown}
    download(label, lambda: csv_bytes(frame.loc[:, list(headings)], headings), file_name, CSV, key=key)
