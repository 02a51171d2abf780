"""Files made to do harm: each is refused within seconds, and this process does not grow while it reads them."""

from __future__ import annotations

import gzip
import io
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from crm_core.errors import FileRefused
from crm_core.ingest.parse import Limits, parse

pytestmark = pytest.mark.usefixtures("own_interpreters")

MOST_SECONDS = 10.0
MOST_GROWTH_BYTES = 200_000_000
MOST_CHILD_BYTES = 2_400_000_000
PAGE_BYTES = 4_096
GIGABYTE = 1_000_000_000
LIMITS = Limits()

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ENTITIES = (
    '<!DOCTYPE lolz [<!ENTITY a "lollollollol">'
    + "".join(f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
    + "]>"
)
XML = '<?xml version="1.0" encoding="UTF-8"?>'
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_START = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"
WORKBOOK_XML = (
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="s"><Table>'
)


@dataclass(frozen=True)
class Member:
    """A member of an archive as it is written: packed bytes, and what the directory says of them."""

    packed: bytes
    unpacked_bytes: int
    method: int = zipfile.ZIP_DEFLATED


def deflated(block: bytes, times: int, start: bytes = b"") -> bytes:
    """A raw deflate stream of one block over and over, made without compressing all of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + repeated * times + packer.flush()


def archive(members: dict[str, Member]) -> bytes:
    """A ZIP file of members that may lie about their size."""
    body, directory = b"", b""
    for name, member in members.items():
        sizes = (0, len(member.packed), min(member.unpacked_bytes, 2**32 - 2))
        common = struct.pack("<HHHHHIIIHH", 20, 0, member.method, 0, 33, *sizes, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + common + name.encode() + member.packed
    count = len(members)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def zipped(members: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target.getvalue()


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parts() -> dict[str, str | bytes]:
    """The parts of a small spreadsheet, one sheet with texts in it."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["order", "amount"])
        book.active.append(["A1", 1])

    with zipfile.ZipFile(io.BytesIO(workbook(fill))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def stored(content: str | bytes) -> Member:
    data = content.encode() if isinstance(content, str) else content
    return Member(data, len(data), zipfile.ZIP_STORED)


def swollen_spreadsheet(*, told_bytes: int | None = None) -> bytes:
    """A spreadsheet whose sheet unpacks to more than two gigabytes of rows; the directory may say otherwise."""
    row = b"<row><c t='inlineStr'><is><t>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</t></is></c></row>" * 10_000
    start = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    packed = deflated(row, 2 * GIGABYTE // len(row) + 1, start)
    members = {name: stored(content) for name, content in parts().items()}
    members["xl/worksheets/sheet1.xml"] = Member(packed, told_bytes or 2 * GIGABYTE)
    return archive(members)


def swollen_ods() -> bytes:
    start = f"{XML}{ODS_START}<table:table table:name='s'>".encode()
    row = b"<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>" * 10_000
    packed = deflated(row, 2 * GIGABYTE // len(row) + 1, start)
    return archive({"mimetype": stored(MIMETYPE), "content.xml": Member(packed, 2 * GIGABYTE)})


def swollen_text(*, told_bytes: int = 2 * GIGABYTE) -> bytes:
    line = b"A1,2024-03-05,tea,520\n" * 50_000
    packed = deflated(line, 2 * GIGABYTE // len(line) + 1, b"order,date,product,amount\n")
    return archive({"orders.csv": Member(packed, told_bytes)})


def swollen_gzip() -> bytes:
    packed = deflated(b"A1,2024-03-05,tea,520\n" * 50_000, 2_000, b"order,date,product,amount\n")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + packed + bytes(8)


def far_corner() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["order", "amount"])
        book.active["XFD1048576"] = "x"

    return workbook(fill)


def repeated_ods() -> bytes:
    """One filled cell, said to stand in every cell of the sheet."""
    cell = "<table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>"
    content = f"{XML}{ODS_START}<table:table table:name='s'>{row}</table:table>{ODS_END}"
    return zipped({"mimetype": MIMETYPE, "content.xml": content})


def many_strings() -> bytes:
    """A table of shared texts that claims four billion entries."""
    members = parts()
    members["xl/sharedStrings.xml"] = (
        f'{XML}<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    )
    return zipped(members)


def with_entities(part: str) -> bytes:
    members = parts()
    members[part] = f'{XML}{ENTITIES}<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'
    return zipped(members)


def with_late_entities() -> bytes:
    members = parts()
    comment = f"<!--{'x' * 10_000}-->"
    members["xl/sharedStrings.xml"] = f'{XML}{comment}{ENTITIES}<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'
    return zipped(members)


def ods_with_entities() -> bytes:
    cell = "<table:table-row><table:table-cell><text:p>&j;</text:p></table:table-cell></table:table-row>"
    content = f"{XML}{ENTITIES}{ODS_START}<table:table table:name='s'>{cell * 3}</table:table>{ODS_END}"
    return zipped({"mimetype": MIMETYPE, "content.xml": content})


def spanning_html() -> bytes:
    """A small page whose cells claim to reach over thousands of rows and columns."""
    row = "<tr>" + "<td colspan=200 rowspan=1000>x</td>" * 80 + "</tr>"
    return f"<html><body><table>{row}{'<tr><td>y</td></tr>' * 200_000}</table></body></html>".encode()


def xml_far_corner() -> bytes:
    row = "<Row><Cell ss:Index='16384'><Data ss:Type='String'>x</Data></Cell></Row>"
    return f"{XML}{WORKBOOK_XML}{row * 5_000}</Table></Worksheet></Workbook>".encode()


def seconds_of_children() -> float:
    """Processor seconds of the reading processes that have ended: unlike a clock, they do not depend on other work."""
    spent = os.times()
    return spent.children_user + spent.children_system


HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "spreadsheet of 2 GB": (swollen_spreadsheet, {"file_too_large_unpacked"}),
    "spreadsheet of 2 GB that says 1 MB": (
        lambda: swollen_spreadsheet(told_bytes=1_000_000),
        {"file_needs_too_much_memory", "file_damaged", "file_too_large_unpacked"},
    ),
    "ODS of 2 GB": (swollen_ods, {"file_too_large_unpacked"}),
    "zipped text of 2 GB": (swollen_text, {"file_too_large_unpacked"}),
    "zipped text of 2 GB that says 1 MB": (lambda: swollen_text(told_bytes=1_000_000), {"file_damaged"}),
    "zipped text of 2 GB that says 900 MB": (
        lambda: swollen_text(told_bytes=900_000_000),
        {"file_too_large_unpacked", "file_damaged"},
    ),
    "gzipped text of 2 GB": (swollen_gzip, {"file_too_large_unpacked"}),
    "archives in an archive": (
        lambda: zipped({"a.zip": zipped({"b.zip": swollen_text()})}),
        {"file_other_archive"},
    ),
    "spreadsheet of 2 GB in an archive": (
        lambda: zipped({"orders.xlsx": swollen_spreadsheet()}),
        {"file_too_large_unpacked"},
    ),
    "cell in XFD1048576": (far_corner, {"file_needs_too_much_memory"}),
    "ODS cell repeated everywhere": (repeated_ods, {"file_needs_too_much_memory", "file_damaged"}),
    "four billion shared texts": (many_strings, {"file_needs_too_much_memory", "file_damaged"}),
    "entities in shared texts": (lambda: with_entities("xl/sharedStrings.xml"), {"file_not_safe"}),
    "entities in a sheet": (lambda: with_entities("xl/worksheets/sheet1.xml"), {"file_not_safe"}),
    "entities behind a comment": (with_late_entities, {"file_not_safe"}),
    "entities in ODS": (ods_with_entities, {"file_not_safe"}),
    "entities in Excel 2003 XML": (
        lambda: f"{XML}{ENTITIES}{WORKBOOK_XML}<Row/></Table></Worksheet></Workbook>".encode(),
        {"file_not_safe"},
    ),
    "entities in other XML": (lambda: f"{XML}{ENTITIES}<lolz>&j;</lolz>".encode(), {"file_not_a_table"}),
    "HTML cells over everything": (spanning_html, {"file_needs_too_much_memory"}),
    "XML rows of 16,384 cells": (xml_far_corner, {"file_needs_too_much_memory"}),
}


def own_memory() -> int:
    """Bytes of main memory that this process holds; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def largest_child() -> int:
    """The most memory that any child of this process has held; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly_and_costs_nothing(name: str, tmp_path: Path) -> None:
    make, codes = HOSTILE[name]
    source = tmp_path / "upload"
    source.write_bytes(make())
    before, start = own_memory(), seconds_of_children()
    with pytest.raises(FileRefused) as refused:
        parse(source, "orders.xlsx", tmp_path / "exchange")
    seconds = seconds_of_children() - start
    assert refused.value.code in codes
    assert seconds < MOST_SECONDS
    assert own_memory() - before < MOST_GROWTH_BYTES
    assert largest_child() < MOST_CHILD_BYTES
    assert not list((tmp_path / "exchange").glob("*"))


def read(data: bytes, folder: Path) -> list[dict[str, Any]]:
    """The rows of the first table, by column."""
    source = folder / "upload"
    source.write_bytes(data)
    before = own_memory()
    (table, *_) = parse(source, "orders", folder / "exchange").tables
    assert own_memory() - before < MOST_GROWTH_BYTES
    rows: list[dict[str, Any]] = pq.read_table(table.parquet).to_pylist()
    return rows


@pytest.mark.parametrize("columns", [300, 16_384])
def test_very_many_columns_are_only_columns(columns: int, tmp_path: Path) -> None:
    lines = [",".join(f"{start}{number}" for number in range(columns)) for start in ("heading ", "a", "b")]
    rows = read("\n".join(lines).encode(), tmp_path)
    assert [(len(row), row["c0"], row[f"c{columns - 1}"]) for row in rows] == [
        (columns + 1, f"{letter}0", f"{letter}{columns - 1}") for letter in "ab"
    ]


def test_a_million_blank_rows_are_no_rows(tmp_path: Path) -> None:
    rows = read(b"order,amount,date\nA1,1,2024-03-05\n" + b",,\n" * 1_000_000 + b"A2,2,2024-03-06\n", tmp_path)
    assert [(row["row_number"], row["c0"]) for row in rows] == [(2, "A1"), (1_000_003, "A2")]


def text_cell(place: str, text: str) -> str:
    return f"<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>"


def test_a_huge_cell_in_a_spreadsheet_is_only_a_cell(tmp_path: Path) -> None:
    members = parts()
    members["xl/worksheets/sheet1.xml"] = (
        f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'
        f"<row r='1'>{text_cell('A1', 'order')}{text_cell('B1', 'note')}</row>"
        f"<row r='2'>{text_cell('A2', 'A1')}{text_cell('B2', '茶' * 3_500_000)}</row></sheetData></worksheet>"
    )
    (row,) = read(zipped(members), tmp_path)
    assert row["c1"] == "茶" * 3_500_000


def test_a_gzip_file_that_ends_early_is_damaged(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(gzip.compress(b"a,b\n1,2\n" * 10_000)[:-30])
    with pytest.raises(FileRefused, match="file_damaged"):
        parse(source, "orders.csv.gz", tmp_path / "exchange")
