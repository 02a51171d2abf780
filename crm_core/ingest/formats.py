"""The shop's own formats: mappings that a person confirmed, found again by the headings of a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from crm_core.db import Cursor
from crm_core.errors import UnknownName
from crm_core.ingest import mapping as mappings
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.profile import header_signature

LONGEST_NAME = 60


@dataclass(frozen=True)
class SavedFormat:
    """A confirmed mapping. ``signature`` tells it from others; ``name`` is the person's, ``saved_at`` is UTC."""

    signature: str
    name: str | None
    headings: tuple[str, ...]
    mapping: ColumnMapping
    saved_at: datetime


def saved_formats(cursor: Cursor) -> list[SavedFormat]:
    """Every format of the shop's own, the last one saved first."""
    return _read(cursor, "order by saved_at desc, header_signature", [])


def format_of(cursor: Cursor, header: tuple[str, ...]) -> SavedFormat | None:
    """The format that a person confirmed for these headings, in whatever order they stand."""
    found = _read(cursor, "where header_signature = ?", [header_signature(header)])
    return found[0] if found else None


def _read(cursor: Cursor, which: str, values: list[str]) -> list[SavedFormat]:
    rows = cursor.execute(
        f"select header_signature, format_name, headings, mapping, saved_at from saved_mappings {which}", values
    ).fetchall()
    return [
        SavedFormat(signature, name, tuple(json.loads(headings or "[]")), mappings.from_json(mapping), saved_at)
        for signature, name, headings, mapping, saved_at in rows
    ]


def save_format(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, saved_at: datetime, name: str | None = None
) -> None:
    """Keep a confirmed mapping for the next file with these headings; without a name the one it had stays.

    Call it inside ``Database.write``.
    """
    signature = header_signature(table.header)
    known = cursor.execute("select format_name from saved_mappings where header_signature = ?", [signature]).fetchone()
    kept = _trimmed(name) or (known[0] if known else None)
    cursor.execute(
        "insert or replace into saved_mappings (header_signature, kind, mapping, saved_at, format_name, headings) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            signature,
            mapping.kind,
            mappings.to_json(mapping),
            saved_at,
            kept,
            json.dumps(table.header, ensure_ascii=False),
        ],
    )


def _trimmed(name: str | None) -> str | None:
    return (name or "").strip()[:LONGEST_NAME] or None


def rename_format(cursor: Cursor, signature: str, name: str) -> None:
    """Give a format another name. Raises ``UnknownName`` where there is no such format."""
    _require(cursor, signature)
    cursor.execute("update saved_mappings set format_name = ? where header_signature = ?", [_trimmed(name), signature])


def forget_format(cursor: Cursor, signature: str) -> None:
    """Forget a format: the next file with its headings is recognised anew. What was imported with it stays."""
    _require(cursor, signature)
    cursor.execute("delete from saved_mappings where header_signature = ?", [signature])


def _require(cursor: Cursor, signature: str) -> None:
    found = cursor.execute("select 1 from saved_mappings where header_signature = ?", [signature]).fetchone()
    if found is None:
        raise UnknownName("unknown_format")
