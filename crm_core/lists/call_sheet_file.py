"""The call sheet as files: CSV, a workbook with drop-down lists for the outcomes, and a page that prints on A4.

The columns that come back with an upload have the headings of ``crm_core.lists.outcome_columns``. Text is plain text in
all of them, whatever a customer typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import chain, count
from typing import Any, NamedTuple

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.export import csv_bytes, national_phone, xlsx_bytes
from crm_core.i18n import Translator
from crm_core.lists.call_sheet import CallSheet
from crm_core.lists.outcome_columns import GIVEN_COLUMNS, OUTCOME_COLUMNS, contact_id, outcomes_of, sheet_of
from crm_core.lists.sources import source_text
from crm_core.metrics.customers import customer_reference

SHOWN = ("place", "name", "phone", "why", "opening", "usual_product", "last_on", "stake", "chance", "priority", "also")
PRINTED = ("place", "name", "phone", "why", "usual_product", "last_on", "stake", "outcome", "note")
WRITTEN_BY_HAND = ("outcome", "note")
CHANNEL = "phone"
LONGEST_NAME = 60
LONGEST_LIST_NAME = 200  # conditions in words may be long, and they stand in every row
PRINT_STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt system-ui, "Noto Sans TC", "Microsoft JhengHei", sans-serif; color: #000; margin: 1rem; }
h1 { font-size: 14pt; margin: 0 0 2pt; } p { margin: 0 0 6pt; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { border: 1px solid #888; padding: 4pt; text-align: left; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; } td.hand { min-width: 32mm; height: 11mm; }
"""


class ListWords(NamedTuple):
    """What a list is called, and the words to begin with (none for a list that somebody built)."""

    name: str
    opening: str


def sheet_rows(sheet: CallSheet, words: Sequence[ListWords], t: Translator, made_at: datetime) -> pd.DataFrame:
    """The rows as they are read and filled in; ``words`` are those of the lists, ``made_at`` shop time."""
    rows = sheet.rows
    names, called = [each.name for each in words], list_names(words)
    told = {
        "place": list(rows["place"]),
        "name": _known(rows["name"]),
        "phone": _known(rows["phone"]),
        "why": [names[place] for place in rows["list"]],
        "opening": [words[place].opening for place in rows["list"]],
        "usual_product": _known(rows["usual_product"]),
        "last_on": [day and pd.Timestamp(day).date() for day in _known(rows["last_on"])],
        "stake": [round(amount, 2) for amount in rows["stake"]],
        "chance": [round(chance * reach, 4) for chance, reach in zip(rows["chance"], rows["reach"], strict=True)],
        "priority": [round(amount, 2) for amount in rows["priority"]],
        "also": [t("charts.comma").join(names[place] for place in also) for also in rows["also"]],
        "contact_id": [contact_id(made_at, int(place)) for place in rows["place"]],
        "customer_ref": [customer_reference(str(customer)) for customer in rows["customer_id"]],
        "source": [called[place] for place in rows["list"]],
        "channel": [t(f"contacts.channel.{CHANNEL}")] * len(rows),
        **{name: [None] * len(rows) for name in OUTCOME_COLUMNS},
        "contacted_on": [sheet.plan.day] * len(rows),
    }
    return pd.DataFrame(told, dtype=object)


def list_names(words: Sequence[ListWords]) -> list[str]:
    """What the sheet calls its lists where it says which one a call was for: one line each, no two the same."""
    names: list[str] = []
    for each in words:
        name = " ".join(each.name.split())
        name = name if len(name) <= LONGEST_LIST_NAME else f"{name[: LONGEST_LIST_NAME - 1]}…"
        names.append(next(one for one in chain([name], (f"{name} ({n})" for n in count(2))) if one not in names))
    return names


def _known(column: pd.Series) -> list[Any]:
    """The values of a column, ``None`` where nothing is known."""
    return [None if pd.isna(value) else value for value in column]


def headings(t: Translator) -> dict[str, str]:
    """The headings of the columns, in their order."""
    own = {key: t(f"contacts.sheet.{key}" if key == "phone" else f"calls.column.{key}") for key in SHOWN}
    return {**own, **{key: t(f"contacts.sheet.{key}") for key in (*OUTCOME_COLUMNS, *GIVEN_COLUMNS)}}


def sheet_csv(rows: pd.DataFrame, t: Translator) -> bytes:
    """The sheet as CSV."""
    return csv_bytes(rows, headings(t))


def sheet_xlsx(rows: pd.DataFrame, t: Translator) -> bytes:
    """The sheet as a workbook whose outcomes are chosen from a list."""
    outcomes = [t(f"contacts.outcome.{outcome}") for outcome in outcomes_of(CHANNEL)]
    return xlsx_bytes(rows, headings(t), choices={"outcome": outcomes})


def sheet_page(rows: pd.DataFrame, t: Translator, title: str, note: str, currency: str) -> bytes:
    """The sheet as a page of its own that prints on A4, with room to write by hand."""
    titles = headings(t)
    head = "".join(f"<th>{escape(titles[key])}</th>" for key in PRINTED)
    records = (dict(zip(PRINTED, row, strict=True)) for row in rows[list(PRINTED)].itertuples(index=False, name=None))
    body = "".join(_printed_row(row, t, currency) for row in records)
    page = (
        f'<!doctype html><html lang="{escape(t.language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{PRINT_STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(note)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></body></html>"
    )
    return page.encode()


def _printed_row(row: Mapping[str, object], t: Translator, currency: str) -> str:
    cells = []
    for key in PRINTED:
        kind = "hand" if key in WRITTEN_BY_HAND else "number" if key in ("place", "stake") else "text"
        cells.append(f'<td class="{kind}">{escape(_printed(key, row[key], t, currency))}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _printed(key: str, value: object, t: Translator, currency: str) -> str:
    if value is None or key in WRITTEN_BY_HAND:
        return ""
    if key == "stake":
        return t.money(value, currency)  # type: ignore[arg-type]
    if key == "last_on":
        return t.date(value)  # type: ignore[arg-type]
    return national_phone(str(value)) if key == "phone" else str(value)


def log_sheet(
    cursor: Cursor, sheet: CallSheet, rows: pd.DataFrame, file_format: str, name: str, by: str, moment: datetime
) -> None:
    """Write down that a sheet left, and which lists its ``rows`` name; ``moment`` is UTC.

    Call it inside ``Database.write_beside``. Raises ``InvalidParams`` where nobody says who takes it.
    """
    who = " ".join(by.split())[:LONGEST_NAME]
    if not who:
        raise InvalidParams("nameless_export")
    entry = {
        "exported_at": moment,
        "exported_by": who,
        "source": source_text(sheet.plan.sources[0]),
        "name": name,
        "layout": "call_sheet",
        "file_format": file_format,
        "channel": CHANNEL,
        "columns": [*SHOWN, *OUTCOME_COLUMNS, *GIVEN_COLUMNS],
        "customer_count": len(sheet.rows),
        "left_out": json.dumps(dict(sheet.left_out)),
    }
    cursor.execute(model("lists/log_export"), entry)
    _remember_lists(cursor, sheet, rows)


def _remember_lists(cursor: Cursor, sheet: CallSheet, rows: pd.DataFrame) -> None:
    """Keep what the sheet calls its lists, so that they are known when it comes back."""
    sheets = (sheet_of(str(number)) for number in rows["contact_id"])
    sources = (source_text(sheet.chances[place].source) for place in sheet.rows["list"])
    for made, name, source in dict.fromkeys(zip(sheets, rows["source"], sources, strict=True)):
        cursor.execute(model("lists/remember_sheet_list"), {"sheet": made, "name": name, "source": source})
