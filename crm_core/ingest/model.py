"""The values that pass from step to step of an import: text tables, profiles, mappings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from crm_core.schema import Kind, Shape

IgnoredReason = Literal["title", "blank", "total", "note", "repeated_header"]
ReadingRule = Literal["open_quote", "characters_lost", "cells_beyond_header"]
Container = Literal["csv", "xlsx", "xls", "xlsb", "ods", "html", "xml"]

GENERIC = "generic"

ITEM_FIELDS = (
    "product",
    "variant",
    "sku",
    "category",
    "quantity",
    "unit_price",
    "line_total",
    "line_discount",
    "line_type",
    "quantity_returned",
)
"""The canonical fields of a line, which a packed item or a numbered column may tell."""


HEADING_MARK = "\x1f"
"""What stands in the heading of a column that unpacking made, behind the heading of the file it was made from."""


def shown_heading(heading: str) -> str:
    """The heading of the file behind a column that unpacking made."""
    return heading.partition(HEADING_MARK)[0]


@dataclass(frozen=True)
class IgnoredRow:
    """A line of the file that is no row of data, and why."""

    row_number: int
    reason: IgnoredReason
    text: str


@dataclass(frozen=True)
class ReadingNote:
    """What a person should know of how a row was read; shown as a warning, its words are those of the rule."""

    rule: ReadingRule
    row_number: int


@dataclass(frozen=True)
class TextTable:
    """One sheet as text.

    ``parquet`` holds the data rows: ``row_number`` BIGINT (as a spreadsheet counts, the first line is 1) and ``c0`` …
    ``cN`` VARCHAR, one per entry of ``header``; an empty cell is NULL. ``header`` entries are as in the file, stripped,
    never empty and unique (an unnamed column is ``column_3``, a repeated name gets `` (2)``). Where ``is_unpacked``,
    rows of the file that told of several lines have become several rows (``file_row``, ``starts_row``); ``row_count``
    is the file's all the same.
    """

    sheet: str | None
    is_hidden: bool
    header: tuple[str, ...]
    header_row: int
    parquet: Path
    row_count: int
    ignored: tuple[IgnoredRow, ...] = ()
    notes: tuple[ReadingNote, ...] = ()
    is_unpacked: bool = False

    def column(self, heading: str) -> str:
        """The Parquet column of a heading. Raises ``ValueError`` for an unknown one."""
        return f"c{self.header.index(heading)}"


@dataclass(frozen=True)
class ParsedFile:
    """A file, read: its tables with at least one data row, in sheet order (hidden sheets last)."""

    file_name: str
    sha256: str
    container: Container
    encoding: str | None
    delimiter: str | None
    tables: tuple[TextTable, ...]


@dataclass(frozen=True)
class Profile:
    """What a table seems to be.

    ``signature`` is a hash of the normalised headings, whatever their order; ``evidence`` are those that decided,
    ``confidence`` is 0..1.
    """

    kind: Kind
    platform: str
    confidence: float
    signature: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnGuess:
    """The headings proposed for one canonical field, why, and how sure (0..1).

    ``reason`` is a stable key (``platform``, ``synonym``, ``similar``, ``content``, ``saved``, ``person``); its words
    stand in the locale files under ``data.reason.<key>``.
    """

    field: str
    headings: tuple[str, ...]
    reason: str
    confidence: float


@dataclass(frozen=True)
class PackedItems:
    """How one cell tells of several lines of an order.

    ``headings`` are the columns that hold packed items. ``item`` is a regular expression for one item, whose named
    groups are canonical line fields (``ITEM_FIELDS``). ``between`` is a regular expression for what separates items;
    ``None``: one item after the other.
    """

    headings: tuple[str, ...]
    item: str
    between: str | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """What the columns of a table mean.

    ``columns`` maps canonical field names to headings of the file (several: see ``schema.Combine``). ``shape`` None: to
    be detected. ``channel`` names the channel of every row of a file without a channel column. ``account_space`` names
    who issued the file's customer ids: ids of two spaces are never the same account. ``subtotal_includes_discount``
    True: the file's subtotal is what is left after discounts; None: decide by reconciling. Where one row tells of
    several lines, ``items`` says how its cells hold them, or ``item_columns`` which columns do: one canonical field →
    heading per item (商品1 數量1, 商品2 數量2).
    """

    kind: Kind
    platform: str = GENERIC
    shape: Shape | None = None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    channel: str | None = None
    account_space: str = "shop"
    subtotal_includes_discount: bool | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    items: PackedItems | None = None
    item_columns: tuple[dict[str, str], ...] = ()
    guesses: tuple[ColumnGuess, ...] = field(default=(), compare=False)

    @property
    def item_fields(self) -> frozenset[str]:
        """The line fields that packed items or numbered columns tell; empty where every row is one line."""
        if self.items is not None:
            return frozenset(re.compile(self.items.item).groupindex)
        return frozenset().union(*self.item_columns)
