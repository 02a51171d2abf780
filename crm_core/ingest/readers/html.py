"""HTML tables, as some shop systems write them into files named .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from crm_core.errors import FileRefused
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.cells import clean_cells
from crm_core.ingest.readers.sheet import MOST_COLUMNS, ColumnBuilder, Progress, Sheet

WIDEST_SPAN = 200
LONGEST_SPAN = 1_000
MOST_SPANNED = 3_000_000  # spans can ask for any number of empty cells
PIECE_CHARACTERS = 1_000_000
HIDDEN_TAGS = ("script", "style", "title")
BREAKING_TAGS = ("br", "p", "div", "li")


@dataclass
class HtmlTable:
    """One table while it is read. ``covered`` tells for how many rows more a cell from above reaches into a column."""

    rows: list[list[str]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    width: int = 1
    height: int = 1
    covered: dict[int, int] = field(default_factory=dict)
    spanned: int = 0

    def open_row(self) -> None:
        """Start a row; the one before ends."""
        self.close_row()
        self.row = []

    def open_cell(self, width: int, height: int) -> None:
        """Start a cell; the one before ends."""
        self.close_cell()
        if self.row is None:
            self.row = []
        self.cell, self.width, self.height = [], width, height

    def close_cell(self) -> None:
        """Put the finished cell into the row; a cell over several columns stands in the first of them."""
        if self.cell is None or self.row is None:
            return
        text, self.cell = "".join(self.cell).strip(), None
        self._skip_covered()
        start = len(self.row)
        self.row += [text, *[""] * (self.width - 1)]
        if len(self.row) > MOST_COLUMNS:
            raise FileRefused("file_too_many_columns", limit=MOST_COLUMNS)
        if self.height > 1:
            self.covered |= dict.fromkeys(range(start, start + self.width), self.height)

    def close_row(self) -> None:
        """Put the finished row into the table."""
        self.close_cell()
        if self.row is None:
            return
        self._skip_covered()
        self.covered = {position: left - 1 for position, left in self.covered.items() if left > 1}
        self.rows.append(self.row)
        self.row = None

    def _skip_covered(self) -> None:
        """Leave empty the places that a cell from above covers."""
        while self.row is not None and len(self.row) in self.covered:
            self.row.append("")
            self.spanned += 1
        if self.spanned > MOST_SPANNED:
            raise FileRefused("file_needs_too_much_memory")


class TableReader(HTMLParser):
    """Collects the cells of every table; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.finished: list[HtmlTable] = []
        self._open: list[HtmlTable] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tables, rows and cells open; a line break is kept."""
        if tag in HIDDEN_TAGS:
            self._hidden += 1
        elif tag == "table":
            self._open.append(HtmlTable())
        elif self._open:
            self._in_table(tag, dict(attrs))

    def _in_table(self, tag: str, attrs: dict[str, str | None]) -> None:
        table = self._open[-1]
        if tag == "tr":
            table.open_row()
        elif tag in ("td", "th"):
            table.open_cell(_span(attrs.get("colspan"), WIDEST_SPAN), _span(attrs.get("rowspan"), LONGEST_SPAN))
        elif tag in BREAKING_TAGS and table.cell:
            table.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Cells, rows and tables close."""
        if tag in HIDDEN_TAGS:
            self._hidden = max(0, self._hidden - 1)
        elif not self._open:
            return
        elif tag in ("td", "th"):
            self._open[-1].close_cell()
        elif tag == "tr":
            self._open[-1].close_row()
        elif tag == "table":
            self._finish()

    def handle_data(self, data: str) -> None:
        """Text inside a cell; runs of space in the source are one space."""
        if self._open and self._open[-1].cell is not None and not self._hidden:
            self._open[-1].cell.append(_folded(data))

    def close(self) -> None:
        """Finish the tables a cut file leaves open."""
        super().close()
        while self._open:
            self._finish()

    def _finish(self) -> None:
        table = self._open.pop()
        table.close_row()
        self.finished.append(table)


def _folded(data: str) -> str:
    """White space as a browser shows it."""
    folded = " ".join(data.split())
    before = " " if data[:1].isspace() else ""
    after = " " if data[-1:].isspace() and folded else ""
    return f"{before}{folded}{after}"


def _span(value: str | None, most: int) -> int:
    """A span of at least one and at most ``most`` cells."""
    digits = (value or "").strip()
    return max(1, min(int(digits[:6]), most)) if digits.isdecimal() else 1


def read_html(text: str, progress: Progress) -> list[Sheet]:
    """Every table with at least two rows, in order."""
    reader = TableReader()
    for start in range(0, len(text), PIECE_CHARACTERS):
        reader.feed(text[start : start + PIECE_CHARACTERS])
        progress(start / len(text))
    reader.close()
    tables = [table.rows for table in reader.finished if sum(1 for row in table.rows if any(row)) > 1]
    names = [None] if len(tables) == 1 else [str(number) for number in range(1, len(tables) + 1)]
    sheets = [_sheet(name, rows) for name, rows in zip(names, tables, strict=True)]
    return [sheet for sheet in sheets if sheet is not None]


def _sheet(name: str | None, rows: list[list[str]]) -> Sheet | None:
    head = [(number, clean_cells(row)) for number, row in enumerate(rows[: layouts.HEAD_ROWS], start=1)]
    layout = layouts.find_layout(head)
    if layout is None:
        return None
    builder = ColumnBuilder(layout.consumed + 1)
    builder.add(rows[layout.consumed :])
    return Sheet(name, False, layout, builder.body())
