"""Where the table is in a sheet: the header row, what stands above it, what is below the last row of data.

The header is the first row within ``HEADER_WITHIN`` that is nearly as wide as the data, made of words, and without
repeats. Everything above it is a title. A total row at the bottom starts with a total word and lacks most of its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.ingest.model import IgnoredReason, IgnoredRow

Row = Sequence[str | None]

HEADER_WITHIN = 25
HEAD_ROWS = 60
TAIL_ROWS = 12
BLANK_ROWS_LISTED = 1_000
TEXT_SHOWN = 200
LONGEST_HEADING = 500
LONGEST_VALUE = 100
CLEAR_HEADER = 0.5
NEARLY_BEST = 0.8
LABEL_COLUMNS = 2
HEADER_ROWS = 2
ROWS_COMPARED = 12

NUMBER = re.compile(r"[(\-+]?\s*(?:NT|US|HK)?[$€£¥＄]?\s*[\d,.，．]*\d[\d,.]*\s*[)%元]?", re.ASCII | re.IGNORECASE)
MOMENT = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[ T].*)?|\d{1,2}:\d{2}(?::\d{2})?")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")
TOTAL = re.compile(
    r"(?:本日|當日|單日|本月|本頁|本單|全部)?(?:合計|總計|小計|總和|共計|加總)\s*(?:[:：(（].*)?|共\s*[\d,]+\s*(?:筆|列|件).*|(?:合計|總計)\s*[\d,]+\s*筆?"
    r"|(?:sub|grand )?totals?\s*(?:[:(].*)?|sum\s*:?|[\d,]+ records?(?:\(s\))? (?:downloaded|exported)\.?",
    re.IGNORECASE,
)
REMARK = re.compile(
    r"(?:備註|註|附註|說明|注意|(?:列印|製表|匯出|查詢|下載|產生|報表)(?:時間|日期|期間|人員?|者)?"
    r"|note|notes|remark|printed(?: on| at| by)?|generated(?: on| at| by)?|exported(?: on| at| by)?|seller id)"
    r"\s*[:：].*"
    r"|[※*]\s*\S.*",
    re.IGNORECASE | re.DOTALL,
)
PAGE = re.compile(
    r"[-—\s]*(?:第\s*\d+\s*頁.*|頁次\s*[:：]?\s*\d+.*|page\s*:?\s*\d+(?:\s*(?:of|/)\s*\d+)?)[-—\s]*", re.IGNORECASE
)
LABEL_WORDS = r"(?i)合計|總計|小計|總和|共計|加總|total|\d\s*頁|頁次|page"
MOST_LABELLED = 20_000  # with more rows called a total, the word means something else
FEWEST_SUMS = 2  # in a full row one sum may be chance
PLAIN_ANSWER = re.compile(r"(?:open-ended )?response", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a sheet starts.

    ``header`` are the headings as found ("" where there is none), ``consumed`` how many rows of the head are not data.
    """

    header: tuple[str, ...]
    header_row: int
    consumed: int
    ignored: tuple[IgnoredRow, ...]


@dataclass(frozen=True)
class Body:
    """The data rows of a sheet: their row numbers and their columns, as clean text."""

    row_numbers: pa.Array
    columns: list[pa.Array]

    def keep(self, is_kept: pa.Array) -> Body:
        """Only the rows marked true."""
        return Body(self.row_numbers.filter(is_kept), [column.filter(is_kept) for column in self.columns])


def find_layout(head: Sequence[tuple[int, Row]]) -> Layout | None:
    """The layout told by the first rows, each with its row number; None for a sheet without any cell."""
    filled = [index for index, (_, row) in enumerate(head) if any(row)]
    if not filled:
        return None
    at = _header_index(head, filled)
    if at is None:
        first = filled[0]
        return Layout((), 0, first, tuple(ignored(head[:first], "title")))
    at += _is_group_row([row for _, row in head[at : at + ROWS_COMPARED]])
    above = tuple(ignored(head[:at], "title"))
    header = _with_groups([cell or "" for cell in head[at][1]], head[at - 1][1] if at else ())
    if at + 1 < len(head) and _is_second_header(header, head[at + 1][1]):
        return Layout(_joined(header, head[at + 1][1]), head[at + 1][0], at + 2, above)
    return Layout(header, head[at][0], at + 1, above)


def ignored(rows: Iterable[tuple[int, Row]], reason: IgnoredReason) -> list[IgnoredRow]:
    """Rows left out for one reason; those without any cell are blank."""
    found = []
    for number, row in rows:
        text = " ".join(cell for cell in row if cell)[:TEXT_SHOWN]
        found.append(IgnoredRow(number, reason if text else "blank", text))
    return found


def is_data(cell: str) -> bool:
    """Whether a cell looks like a value (number, date, e-mail, web address) rather than a heading."""
    if len(cell) > LONGEST_VALUE:
        return False
    return bool(NUMBER.fullmatch(cell) or MOMENT.fullmatch(cell) or ADDRESS.fullmatch(cell))


def _header_index(head: Sequence[tuple[int, Row]], filled: list[int]) -> int | None:
    """Which row is the header; None when the file has none."""
    width = _usual_width(head)
    scores = {index: _header_score(head[index][1], width) for index in filled if index < HEADER_WITHIN}
    best = max(scores.values(), default=0.0)
    if best >= CLEAR_HEADER:
        return next(index for index, score in scores.items() if score >= best * NEARLY_BEST)
    full = next((index for index in filled if _count(head[index][1]) * 2 >= width), filled[0])
    return None if _has_values_only(head[full][1]) else full


def _usual_width(head: Sequence[tuple[int, Row]]) -> int:
    """How many cells a full row has: three rows in four have no more."""
    counts = sorted(_count(row) for _, row in head if any(row))
    return counts[(len(counts) - 1) * 3 // 4]


def _count(row: Row) -> int:
    return sum(1 for cell in row if cell)


def _header_score(row: Row, width: int) -> float:
    """0..1: how full, how wordy and how free of repeats a row is."""
    cells = [cell for cell in row if cell]
    words = [cell for cell in cells if not is_data(cell) and len(cell) <= LONGEST_HEADING]
    fullness = min(1.0, len(cells) / width)
    return fullness * len(words) / len(cells) * len(set(cells)) / len(cells)


def _has_values_only(row: Row) -> bool:
    """Whether a row can be no header: all values, or a date, address or fraction among mostly values."""
    cells = [cell for cell in row if cell]
    values = [cell for cell in cells if is_data(cell)]
    telling = [cell for cell in values if MOMENT.fullmatch(cell) or ADDRESS.fullmatch(cell) or "." in cell]
    return len(values) == len(cells) or (len(values) * 2 >= len(cells) and bool(telling))


def _is_group_row(rows: Sequence[Row]) -> bool:
    """Whether the first row has labels over several columns each, the second the headings, those below the data.

    The headings are words all along, also over a column of nothing but values.
    """
    if len(rows) <= HEADER_ROWS:
        return False
    groups, headings, *data = rows
    reaches_on = any(not cell or cell == before for before, cell in pairwise(groups))
    has_headings = all(cell and not is_data(cell) and len(cell) <= LONGEST_VALUE for cell in headings)
    if len(set(filter(None, groups))) < LABEL_COLUMNS or not reaches_on or not has_headings:
        return False
    columns = ([cell for cell in column if cell] for column in zip_longest(*data))
    return any(column and all(map(is_data, column)) for column in columns)


def _with_groups(header: Sequence[str], above: Row) -> tuple[str, ...]:
    """Headings that occur twice, told apart by the row of group headings above them (訂購人 over 姓名: 訂購人姓名)."""
    groups = [cell or "" for cell in above[: len(header)]]
    if sum(map(bool, groups)) < LABEL_COLUMNS or any(is_data(cell) for cell in groups if cell):
        return tuple(header)
    names, group = [], ""
    for position, name in enumerate(header):
        group = (groups[position] if position < len(groups) else "") or group
        is_twice = bool(name) and header.count(name) > 1
        gap = " " if name.isascii() and group.isascii() else ""
        names.append(f"{group}{gap}{name}".strip() if is_twice else name)
    return tuple(names)


def _is_second_header(header: Row, below: Row) -> bool:
    """Whether a row under the header holds the choices of its questions, as in SurveyMonkey's export.

    It is blank under the first headings, has words only, and names every unnamed column (or says just "Response").
    """
    words = [cell for cell in below if cell]
    if not words or below[0] or not header[0] or any(is_data(cell) for cell in words):
        return False
    pairs = list(zip(header, below, strict=False))
    unnamed = [choice for question, choice in pairs if not question]
    is_plain = any(PLAIN_ANSWER.fullmatch(cell) for cell in words)
    return is_plain or (bool(unnamed) and all(unnamed))


def _joined(header: Row, below: Row) -> tuple[str, ...]:
    """Two header rows as one: ``question – choice``; a question holds until the next one starts."""
    names, question = [], ""
    width = max(len(header), len(below))
    for top, choice in zip(
        [*header, *[""] * (width - len(header))], [*below, *[None] * (width - len(below))], strict=True
    ):
        question = top or (question if choice else "")
        is_choice = choice and not PLAIN_ANSWER.fullmatch(choice)
        names.append(" – ".join(part for part in (question, choice) if part) if is_choice else question)
    return tuple(names)


def heading_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """Headings for all columns, never empty and unique: ``column_3`` for none, `` (2)`` after a repeated one."""
    names: list[str] = []
    taken: set[str] = set()
    for position in range(width):
        name = header[position].strip("\ufeff \t\r\n").lstrip('"').strip() if position < len(header) else ""
        name = name or f"column_{position + 1}"
        unique, copy = name, 2
        while unique in taken:
            unique, copy = f"{name} ({copy})", copy + 1
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def trim(body: Body, header: Sequence[str], above: Sequence[IgnoredRow] = ()) -> tuple[Body, list[IgnoredRow]]:
    """The data rows alone, and the rows taken out.

    Those are blank rows, what printed pages repeat (title, header, page number), sums between the rows, and totals and
    remarks at the bottom. ``above`` are the rows over the header.
    """
    body, blank = _without_blank(body)
    body, repeated = _without_repeated_header(body, header)
    body, between = _without_labelled(body, {row.text for row in above if row.reason == "title"})
    body, bottom = _without_bottom(body)
    return body, [*blank, *repeated, *between, *bottom]


def _without_blank(body: Body) -> tuple[Body, list[IgnoredRow]]:
    """Rows without any cell; those below the last row of data are no rows at all."""
    is_blank = pa.array([True]) if not body.columns else None
    for column in body.columns:
        if column.null_count == 0:
            return body, []
        is_blank = column.is_null() if is_blank is None else pc.and_(is_blank, column.is_null())
    if is_blank is None or not body.columns or not pc.any(is_blank).as_py():
        return body, []
    kept = body.keep(pc.invert(is_blank))
    if not len(kept.row_numbers):
        return kept, []
    last = kept.row_numbers[-1].as_py()
    inner = [
        number for number in body.row_numbers.filter(is_blank)[: BLANK_ROWS_LISTED + 1].to_pylist() if number < last
    ]
    return kept, [IgnoredRow(number, "blank", "") for number in inner[:BLANK_ROWS_LISTED]]


def _without_repeated_header(body: Body, header: Sequence[str]) -> tuple[Body, list[IgnoredRow]]:
    """Header rows again further down, where several exports were pasted into one file.

    A single column repeats its heading by chance.
    """
    if len([name for name in header if name]) < LABEL_COLUMNS:
        return body, []
    is_header = None
    for name, column in zip(header, body.columns, strict=False):
        same = pc.fill_null(pc.equal(column, name), False) if name else column.is_null()
        is_header = same if is_header is None else pc.and_(is_header, same)
        if not pc.any(is_header).as_py():
            return body, []
    if is_header is None:
        return body, []
    numbers = body.row_numbers.filter(is_header).to_pylist()
    text = " ".join(header)[:TEXT_SHOWN]
    return body.keep(pc.invert(is_header)), [IgnoredRow(number, "repeated_header", text) for number in numbers]


def _without_labelled(body: Body, titles: set[str]) -> tuple[Body, list[IgnoredRow]]:
    """Rows between the data that say at their start what they are: page numbers, titles again, sums."""
    starts = [re.escape(title.split(" ")[0]) for title in sorted(titles)]
    labelled = [(index, label, _row(body, index)) for index, label in _labels(body, "|".join([LABEL_WORDS, *starts]))]
    marks = [index for index, label, row in labelled if _is_page_mark(label, row, titles)]
    sums = _sum_rows(body, [one for one in labelled if one[0] and TOTAL.fullmatch(one[1])])
    numbers = body.row_numbers
    found = [
        *ignored([(numbers[index].as_py(), _row(body, index)) for index in marks], "note"),
        *ignored([(numbers[index].as_py(), _row(body, index)) for index in sums], "total"),
    ]
    taken = {*marks, *sums}
    if not taken:
        return body, []
    return body.keep(pa.array([index not in taken for index in range(len(numbers))])), found


def _is_page_mark(label: str, row: Row, titles: set[str]) -> bool:
    """Whether a row holds a page number only, or a title from above the header again."""
    is_page = _count(row) == 1 and bool(PAGE.fullmatch(label))
    return is_page or " ".join(cell for cell in row if cell)[:TEXT_SHOWN] in titles


def _sum_rows(body: Body, labelled: Sequence[tuple[int, str, Row]]) -> list[int]:
    """Which of these rows add up those since the sum before, or all rows above: subtotals, and totals below them."""
    found: list[int] = []
    amounts: dict[int, list[float]] = {}
    for index, label, row in labelled:
        cells = [position for position, cell in enumerate(row) if cell and cell != label]
        if not all(NUMBER.fullmatch(row[position] or "") for position in cells):
            continue
        for position in cells:
            if position not in amounts:
                amounts[position] = [_amount(cell) for cell in body.columns[position].to_pylist()]
        sums = sum(1 for position in cells if _is_sum(amounts[position], index, found))
        if sums >= (FEWEST_SUMS if len(cells) + 1 == len(row) else 1):
            found.append(index)
    return found


def _is_sum(amounts: Sequence[float], index: int, sums: Sequence[int]) -> bool:
    """Whether the amount of a row is that of the rows since the last sum, or of all rows that are none."""
    if not amounts[index]:
        return False
    since_last = sum(amounts[sums[-1] + 1 if sums else 0 : index])
    of_all = sum(amounts[:index]) - sum(amounts[one] for one in sums)
    return amounts[index] in (round(since_last, 2), round(of_all, 2))


def _labels(body: Body, pattern: str) -> list[tuple[int, str]]:
    """Index and first cell of the rows whose first or second cell matches; none where there are too many.

    A row that is no data has numbers or nothing behind its label: where a later column has text all along, none has.
    """
    full = [column for column in body.columns[LABEL_COLUMNS:] if len(column) and not column.null_count]
    if any(not NUMBER.fullmatch(column[0].as_py()) for column in full):
        return []
    found: dict[int, str] = {}
    for column in reversed(body.columns[:LABEL_COLUMNS]):
        is_match = pc.fill_null(pc.match_substring_regex(column, pattern), False)
        if pc.any(is_match).as_py():
            found |= {index: column[index].as_py() for index in pc.indices_nonzero(is_match).to_pylist()}
    return sorted(found.items()) if len(found) <= MOST_LABELLED else []


def _row(body: Body, index: int) -> Row:
    return [column[index].as_py() for column in body.columns]


def _without_bottom(body: Body) -> tuple[Body, list[IgnoredRow]]:
    """Totals and remarks in the last rows."""
    size = len(body.row_numbers)
    start = max(0, size - TAIL_ROWS)
    tail = _rows(body, start)
    width = _typical_count(body, start)
    found: list[IgnoredRow] = []
    for index in range(len(tail) - 1, -1, -1):
        reason = _bottom_reason(body, tail[index][1], width, start + index)
        if reason is None:
            break
        found.insert(0, *ignored([tail[index]], reason))
    if not found:
        return body, []
    end = size - len(found)
    return Body(body.row_numbers[:end], [column[:end] for column in body.columns]), found


def _rows(body: Body, start: int) -> list[tuple[int, Row]]:
    numbers = body.row_numbers[start:].to_pylist()
    cells = [column[start:].to_pylist() for column in body.columns]
    return list(zip(numbers, zip(*cells, strict=True), strict=True)) if cells else []


def _typical_count(body: Body, start: int) -> int:
    """How many cells a data row has, judged by the rows before the last ones, or all of a short table."""
    first = max(0, start - HEAD_ROWS)
    counts = sorted(_count(row) for _, row in _rows(body, first)[: HEAD_ROWS + 1])
    return counts[len(counts) * 3 // 4] if counts else 0


def _bottom_reason(body: Body, row: Row, width: int, index: int) -> IgnoredReason | None:
    """Why a row at the bottom is no data; None when it is."""
    if index == 0:
        return None
    at, label = next((position, cell) for position, cell in enumerate(row) if cell)
    if TOTAL.fullmatch(" ".join(cell for cell in row[:LABEL_COLUMNS] if cell)) and label.isdigit():
        return "total"  # eBay: 3, record(s) downloaded, from … to …
    if _count(row) * 2 > width:  # totals of many columns fill many cells
        is_labelled = at < LABEL_COLUMNS and TOTAL.fullmatch(label) and not any(map(_is_name, row[at + 1 :]))
        return "total" if is_labelled and _sums(body, row, index) >= FEWEST_SUMS else None
    if TOTAL.fullmatch(label):
        return "total" if at < LABEL_COLUMNS or _count(row) == 1 or _sums(body, row, index) else None
    return "note" if _count(row) == 1 and at < LABEL_COLUMNS and REMARK.fullmatch(label) else None


def _is_name(cell: str | None) -> bool:
    """Whether a cell names something, as the number of an order does and the cells of a total do not."""
    return cell is not None and cell != "" and not is_data(cell) and not TOTAL.fullmatch(cell)


def _sums(body: Body, row: Row, index: int) -> int:
    """How many numbers of the row are the sum of their column; with any, a label among products is no product."""
    totals = [(position, _amount(cell)) for position, cell in enumerate(row)]
    return sum(1 for position, total in totals if total and _column_sum(body, position, index) == total)


def _column_sum(body: Body, position: int, end: int) -> float:
    return round(sum(_amount(cell) for cell in body.columns[position][:end].to_pylist()), 2)


def _amount(cell: str | None) -> float:
    """A plain number in a cell; 0 for anything else."""
    if not cell or len(cell) > LONGEST_VALUE or not NUMBER.fullmatch(cell):
        return 0.0
    digits = re.sub(r"[^\d.\-]", "", cell)
    try:
        return round(float(digits), 2)
    except ValueError:
        return 0.0
