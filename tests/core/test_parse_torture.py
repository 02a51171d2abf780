"""Odd, broken and hostile files: each is understood, or refused with a reason, and none hurts the app."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from time import monotonic

import pyarrow.parquet as pq
import pytest

from crm_core.errors import FileRefused
from crm_core.ingest.model import ParsedFile, TextTable
from crm_core.ingest.parse import parse
from crm_core.ingest.readers.encoding import decode

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
TORTURE = SHARED / "torture"
FILES = sorted(str(path.relative_to(TORTURE)) for path in TORTURE.rglob("*") if path.is_file())
SPECTRUM = [name for name in FILES if name.startswith("csv-spectrum/csvs")]
LOCALE = Path(__file__).parents[2] / "crm_core" / "locale"
MOST_SECONDS = 60
MOST_GROWTH_BYTES = 200_000_000
PAGE_BYTES = 4_096

pytestmark = pytest.mark.skipif(
    not TORTURE.is_dir(), reason="the torture files (../shared/data) are not on this machine"
)


def words(language: str) -> dict[str, dict[str, str]]:
    """The words of every error code."""
    texts: dict[str, dict[str, str]] = tomllib.loads((LOCALE / language / "errors.toml").read_text(encoding="utf-8"))
    return texts


def own_memory() -> int:
    """Bytes of main memory that this process holds; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def cells_of(table: TextTable) -> list[dict[str, str | None]]:
    """The rows of a table by heading."""
    rows = pq.read_table(table.parquet).to_pylist()
    return [{heading: row[f"c{position}"] for position, heading in enumerate(table.header)} for row in rows]


def check(parsed: ParsedFile) -> None:
    """What every parsed file promises (see TextTable)."""
    assert parsed.tables
    for table in parsed.tables:
        stored = pq.read_table(table.parquet)
        numbers = stored.column("row_number").to_pylist()
        assert stored.num_rows == table.row_count > 0
        assert stored.num_columns == len(table.header) + 1
        assert len(set(table.header)) == len(table.header)
        assert all(heading == heading.strip() != "" for heading in table.header)
        assert numbers == sorted(set(numbers))
        assert numbers[0] > table.header_row
        assert not set(numbers) & {row.row_number for row in table.ignored}
        assert all(cell is None or cell.strip() for column in stored.columns[1:] for cell in column.to_pylist())


def parsed_or_refused(source: Path, folder: Path) -> ParsedFile | FileRefused:
    """Any other end than these two is an error."""
    try:
        return parse(source, source.name, folder)
    except FileRefused as refusal:
        return refusal


def check_words(refusal: FileRefused) -> None:
    """A refusal is one we know of, with its words in both languages."""
    assert refusal.code != "file_unreadable"
    for language in ("zh-TW", "en"):
        text = words(language)[refusal.code]
        assert text["what"].format(**refusal.facts)
        assert text["remedy"].format(**refusal.facts)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_understood_or_refused(name: str, tmp_path: Path) -> None:
    before, start = own_memory(), monotonic()
    outcome = parsed_or_refused(TORTURE / name, tmp_path)
    assert monotonic() - start < MOST_SECONDS
    assert own_memory() - before < MOST_GROWTH_BYTES
    if isinstance(outcome, ParsedFile):
        check(outcome)
    else:
        assert not list(tmp_path.iterdir())
        check_words(outcome)


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum_gives_the_expected_cells(name: str, tmp_path: Path) -> None:
    source = TORTURE / name
    expected = json.loads((TORTURE / "csv-spectrum" / "json" / f"{source.stem}.json").read_text(encoding="utf-8"))
    rows = expected if isinstance(expected, list) else [expected]
    (table,) = parse(source, source.name, tmp_path).tables
    # The fixtures write line breaks in cells as the author's system did; an empty cell is NULL here.
    wanted = [{key: value.replace("\r\n", "\n") or None for key, value in row.items()} for row in rows]
    found = [
        {key: (value or "").replace("\r\n", "\n") or None for key, value in row.items()} for row in cells_of(table)
    ]
    if source.stem == "location_coordinates":  # its two files do not agree on the phone number
        assert wanted[0].pop("Contact Phone Number") != found[0].pop("Contact Phone Number")
    assert found == wanted


@pytest.mark.parametrize(("folder", "encoding"), [("Big5", "cp950"), ("GB2312", "gb18030")])
def test_chinese_encodings_are_told_apart(folder: str, encoding: str) -> None:
    sources = sorted((TORTURE / "chardet_big5" / "tests" / folder).iterdir())
    assert len(sources) >= 20
    assert {source.name: decode(source.read_bytes()).encoding for source in sources} == dict.fromkeys(
        (source.name for source in sources), encoding
    )


@pytest.mark.parametrize(
    ("name", "container", "header", "row_count"),
    [
        ("messytables/horror/simple.zip", "csv", ("date", "temperature", "place"), 6),
        ("messytables/horror/simple.xls", "xls", ("date", "temperature", "place"), 6),
        ("messytables/horror/loffice-4.4.1.2.ods", "ods", ("Name", "Age", "When"), 3),
        ("messytables/horror/skip_initials.csv", "csv", ("field1", "field2"), 2),
        ("messytables/horror/encrypted_no_password.xls", "xls", None, None),
        ("calamine/tests/temperature-in-middle.xlsx", "xlsx", ("label", "value"), 2),
        ("calamine/tests/issue_186.xlsb", "xlsb", ("column_1",), 5),
    ],
)
def test_known_files_are_understood(
    name: str, container: str, header: tuple[str, ...] | None, row_count: int | None, tmp_path: Path
) -> None:
    parsed = parse(TORTURE / name, name, tmp_path)
    assert parsed.container == container
    if header is not None:
        assert (parsed.tables[0].header, parsed.tables[0].row_count) == (header, row_count)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("calamine/tests/pass_protected.xlsx", "file_needs_password"),
        ("calamine/tests/pass_protected.xlsb", "file_needs_password"),
        ("calamine/tests/pass_protected.ods", "file_lock_unknown"),
        ("calamine/tests/empty_sheet.xlsx", "file_no_table"),
        ("chardet_big5/tests/Big5/coolloud.org.tw.xml", "file_not_a_table"),
        ("csv-spectrum/json/simple.json", "file_not_a_table"),
    ],
)
def test_known_files_are_refused_with_their_reason(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(TORTURE / name, name, tmp_path)
    assert refused.value.code == code
