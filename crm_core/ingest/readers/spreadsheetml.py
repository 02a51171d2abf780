"""Excel 2003 XML (SpreadsheetML), as older shop systems write it into files named .xls or .xml.

``Workbook`` holds ``Worksheet`` (``ss:Name``), that a ``Table`` of ``Row`` and ``Cell``; a cell has its content in
``Data`` and skips ahead with ``ss:Index``, as a row does. ``WorksheetOptions/Visible`` hides a sheet. Merged cells
stand in the first of them (``ss:MergeAcross`` more columns are left empty).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from crm_core.errors import FileRefused
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.cells import clean_cells
from crm_core.ingest.readers.sheet import MOST_COLUMNS, ColumnBuilder, Progress, Sheet

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
EXCEL = "urn:schemas-microsoft-com:office:excel"
MIDNIGHT = "T00:00:00.000"
MOST_ROWS = 1_048_576
MOST_SKIPPED = 20_000_000  # empty cells that positions may ask for
PIECE_CHARACTERS = 1_000_000
WHOLE = ".0"
TRUE, FALSE = "TRUE", "FALSE"


@dataclass
class XmlSheet:
    """One worksheet while it is read."""

    name: str
    is_hidden: bool = False
    rows: list[list[str]] = field(default_factory=list)


class WorkbookReader:
    """Collects the cells of every worksheet."""

    def __init__(self) -> None:
        self.sheets: list[XmlSheet] = []
        self._text: list[str] | None = None
        self._type = ""
        self._across = 0
        self._skipped = 0
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def feed(self, text: str, *, is_last: bool) -> None:
        """Read on. Raises ``FileRefused`` for what is no XML, or dangerous."""
        try:
            self._parser.Parse(text.encode("utf-8", "replace"), is_last)
        except expat.ExpatError as error:
            raise FileRefused("file_damaged") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.removeprefix(f"{NAMESPACE} ")
        if name == "Worksheet":
            self.sheets.append(XmlSheet(_attribute(attributes, "Name")))
        elif name == "Row" and self.sheets:
            self._skip_rows(_number(attributes, "Index"))
            self.sheets[-1].rows.append([])
        elif name == "Cell" and self.sheets and self.sheets[-1].rows:
            self._skip_cells(_number(attributes, "Index"))
            self.sheets[-1].rows[-1].append("")
            self._across = _number(attributes, "MergeAcross")
        elif name == "Data" or tag == f"{EXCEL} Visible":
            self._text, self._type = [], _attribute(attributes, "Type")

    def _end(self, tag: str) -> None:
        name = tag.removeprefix(f"{NAMESPACE} ")
        rows = self.sheets[-1].rows if self.sheets else []
        if name == "Data" and self._text is not None and rows and rows[-1]:
            rows[-1][-1] = _content("".join(self._text), self._type)
            self._text = None
        elif name == "Cell" and rows:
            self._skip_cells(len(rows[-1]) + self._across + 1)
        elif tag == f"{EXCEL} Visible" and self.sheets and self._text is not None:
            self.sheets[-1].is_hidden = "".join(self._text).strip() in ("SheetHidden", "SheetVeryHidden")
            self._text = None

    def _data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _skip_rows(self, index: int) -> None:
        rows = self.sheets[-1].rows
        if index > MOST_ROWS:
            raise FileRefused("file_needs_too_much_memory")
        rows.extend([] for _ in range(len(rows) + 1, index))

    def _skip_cells(self, index: int) -> None:
        row = self.sheets[-1].rows[-1]
        missing = max(0, index - 1 - len(row))
        self._skipped += missing
        if index > MOST_COLUMNS + 1:
            raise FileRefused("file_too_many_columns", limit=MOST_COLUMNS)
        if self._skipped > MOST_SKIPPED:
            raise FileRefused("file_needs_too_much_memory")
        row.extend([""] * missing)


def _refuse_doctype(*_: object) -> None:
    """Excel writes no document type; one that is there may declare entities without end."""
    raise FileRefused("file_not_safe")


def _attribute(attributes: dict[str, str], name: str) -> str:
    return attributes.get(f"{NAMESPACE} {name}", "")


def _number(attributes: dict[str, str], name: str) -> int:
    """A position or count; 0 where there is none."""
    digits = _attribute(attributes, name)[:9]
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _content(text: str, kind: str) -> str:
    """A cell as text: dates ISO, whole numbers without fraction, booleans as TRUE and FALSE, errors empty."""
    if kind == "DateTime":
        return text.removesuffix(MIDNIGHT).replace("T", " ").removesuffix(".000")
    if kind == "Boolean":
        return TRUE if text.strip() == "1" else FALSE
    if kind == "Number":
        return text.removesuffix(WHOLE)
    return "" if kind == "Error" else text


def is_spreadsheetml(head: str) -> bool:
    """Whether the start of a markup file is that of an Excel 2003 XML workbook."""
    return NAMESPACE in head and "Workbook" in head


def read_spreadsheetml(text: str, progress: Progress) -> list[Sheet]:
    """All sheets with cells, in order, hidden ones last."""
    reader = WorkbookReader()
    # The text is decoded already; the encoding that the file declares no longer holds.
    for start in range(0, len(text), PIECE_CHARACTERS):
        reader.feed(text[start : start + PIECE_CHARACTERS], is_last=start + PIECE_CHARACTERS >= len(text))
        progress(start / len(text))
    sheets = [_sheet(sheet) for sheet in reader.sheets]
    return sorted((sheet for sheet in sheets if sheet is not None), key=lambda sheet: sheet.is_hidden)


def _sheet(source: XmlSheet) -> Sheet | None:
    head = [(number, clean_cells(row)) for number, row in enumerate(source.rows[: layouts.HEAD_ROWS], start=1)]
    layout = layouts.find_layout(head)
    if layout is None:
        return None
    builder = ColumnBuilder(layout.consumed + 1)
    builder.add(source.rows[layout.consumed :])
    return Sheet(source.name, source.is_hidden, layout, builder.body())
