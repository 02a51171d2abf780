"""What stands around a table: archives, locked or not, Excel 2003 XML, rows that are no data, odd encodings."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest

from crm_core.errors import FileRefused
from crm_core.ingest import reader
from crm_core.ingest.model import IgnoredReason
from crm_core.ingest.readers.big5 import beyond_cp950, with_eten_signs
from crm_core.ingest.readers.containers import open_content
from crm_core.ingest.readers.encoding import decode
from crm_core.ingest.readers.layout import heading_names, trim
from crm_core.ingest.readers.limits import Limits

Rows = list[tuple[str | None, ...]]
LeftOut = list[tuple[int, IgnoredReason]]

ORDERS = (
    "訂單編號,訂單日期,顧客,商品名稱,金額\nA1,2024-03-05,王小明,烏龍茶禮盒,520\nA2,2024-03-06,林美麗,茶葉蛋捲,350\n"
)


def tables(data: bytes | str, password: str | None = None) -> list[tuple[tuple[str, ...], Rows, LeftOut]]:
    """Headings, rows, and the ignored rows of every sheet of a file."""
    content = open_content(data.encode() if isinstance(data, str) else data, password, Limits())
    found = []
    for sheet in reader.read(content, None, lambda _: None).sheets:
        body, ignored = trim(sheet.body, sheet.layout.header, sheet.layout.ignored)
        columns = [column.to_pylist() for column in body.columns]
        rows: Rows = list(zip(*columns, strict=True))
        left_out = sorted((row.row_number, row.reason) for row in [*sheet.layout.ignored, *ignored])
        found.append((heading_names(sheet.layout.header, len(columns)), rows, left_out))
    return found


def refusal(data: bytes, password: str | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        tables(data, password)
    return refused.value


# --- archives; the locked ones were written by other programs (zip, pyzipper)

ZIPCRYPTO = base64.b64decode(
    "UEsDBAoACQAAAGtGdl34+qXjLgAAACIAAAAKABwAb3JkZXJzLmNzdlVUCQADCq0CawqtAmt1eAsAAQQAAAAABAAAAAAr1I7Al/XFvd4hza39EJ"
    "qb1/rCOLIQC6+Zw23FLVKsUBi/uVjOgUUjHsb8IA1YUEsHCPj6peMuAAAAIgAAAFBLAQIeAwoACQAAAGtGdl34+qXjLgAAACIAAAAKABgAAAAA"
    "AAEAAACkgQAAAABvcmRlcnMuY3N2VVQFAAMKrQJrdXgLAAEEAAAAAAQAAAAAUEsFBgAAAAABAAEAUAAAAIIAAAAAAA=="
)
AES_256_DEFLATED = base64.b64decode(
    "UEsDBBQAAQBjAKJEdl0AAAAARQAAAGYAAAAKAAsAb3JkZXJzLmNzdgGZBwACAEFFAwgAXlOxYmwAj+xRjvHlMxAINpR2Wuensau87y1br09/zhT8"
    "o67qqhAqanI2g529Xy7ROzy+CApUuyieP2TzVdEMdehDcTdPUEsBAhQDFAABAGMAokR2XQAAAABFAAAAZgAAAAoACwAAAAAAAAAAAIABAAAAAG9y"
    "ZGVycy5jc3YBmQcAAgBBRQMIAFBLBQYAAAAAAQABAEMAAAB4AAAAAAA="
)
AES_128_STORED = base64.b64decode(
    "UEsDBBQAAQBjAKJEdl34+qXjNgAAACIAAAAKAAsAb3JkZXJzLmNzdgGZBwABAEFFAQAAsagNo2AoLP7ekz4WWM03yjjENcmIFz32VY3hP9oLf9TR"
    "0h2XHWhuvRNqQhmYB11ZT7+2xnJLUEsBAhQDFAABAGMAokR2Xfj6peM2AAAAIgAAAAoACwAAAAAAAAAAAIABAAAAAG9yZGVycy5jc3YBmQcAAQBB"
    "RQEAAFBLBQYAAAAAAQABAEMAAABpAAAAAAA="
)


@pytest.mark.parametrize("archive", [ZIPCRYPTO, AES_256_DEFLATED, AES_128_STORED])
def test_a_locked_archive_asks_for_its_password(archive: bytes) -> None:
    assert refusal(archive).code == "file_needs_password"
    assert refusal(archive, "123000").code == "file_wrong_password"
    ((header, rows, _),) = tables(archive, "000123")
    assert header == ("訂單編號", "金額")
    assert rows[:2] == [("A1", "520"), ("A2", "350")]


@pytest.mark.parametrize("archive", [AES_256_DEFLATED, AES_128_STORED])
def test_a_changed_byte_in_a_locked_archive_is_noticed(archive: bytes) -> None:
    place = archive.index(b"orders.csv") + 50
    changed = archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :]
    assert refusal(changed, "000123").code in ("file_damaged", "file_wrong_password")


def test_the_files_of_a_full_archive_are_named() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for month in range(1, 8):
            archive.writestr(f"2024/orders-{month:02}.csv", ORDERS)
    refused = refusal(target.getvalue())
    assert (refused.code, refused.facts["count"]) == ("file_many_in_zip", 7)
    assert refused.facts["names"] == "orders-01.csv, orders-02.csv, orders-03.csv, orders-04.csv, orders-05.csv…"


@pytest.mark.parametrize("start", [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"])
def test_a_rar_archive_is_named(start: bytes) -> None:
    refused = refusal(start + bytes(100))
    assert (refused.code, refused.facts) == ("file_other_archive", {"format": "RAR"})


def test_a_locked_ods_is_named() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\x00" * 50)
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    assert refusal(target.getvalue()).code == "file_lock_unknown"


# --- Excel 2003 XML


def cell(kind: str, text: str, place: int = 0) -> str:
    index = f" ss:Index='{place}'" if place else ""
    return f"<Cell{index}><Data ss:Type='{kind}'>{text}</Data></Cell>"


def worksheet(name: str, *rows: str, options: str = "") -> str:
    return f"<Worksheet ss:Name='{name}'><Table>{''.join(rows)}</Table>{options}</Worksheet>"


def xml_workbook(*sheets: str) -> bytes:
    spaces = (
        "xmlns='urn:schemas-microsoft-com:office:spreadsheet' xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'"
    )
    return f"<?xml version='1.0'?>\n<Workbook {spaces}>{''.join(sheets)}</Workbook>".encode()


HIDDEN = (
    "<WorksheetOptions xmlns='urn:schemas-microsoft-com:office:excel'><Visible>SheetHidden</Visible></WorksheetOptions>"
)


def test_excel_2003_xml_is_read() -> None:
    heads = "<Row>" + "".join(cell("String", text) for text in ("訂單編號", "日期", "金額", "已付款")) + "</Row>"
    first = (
        "<Row>" + cell("String", "00012") + cell("DateTime", "2024-03-05T10:11:00.000") + cell("Number", "520.0")
        + cell("Boolean", "1") + "</Row>"
    )  # fmt: skip
    second = (
        "<Row ss:Index='5'>" + cell("String", "A&amp;2") + cell("Number", "350.5", 3) + cell("Error", "#N/A") + "</Row>"
    )
    notes = worksheet("notes", f"<Row>{cell('String', 'a')}</Row><Row>{cell('String', 'b')}</Row>", options=HIDDEN)
    title = "<Row><Cell ss:MergeAcross='3'><Data ss:Type='String'>訂單報表</Data></Cell></Row>"
    (header, rows, ignored), (_, hidden, _) = tables(
        xml_workbook(notes, worksheet("訂單", title, heads, first, second))
    )
    assert header == ("訂單編號", "日期", "金額", "已付款")
    assert rows == [("00012", "2024-03-05 10:11:00", "520", "TRUE"), ("A&2", None, "350.5", None)]
    assert ignored == [(1, "title"), (4, "blank")]
    assert hidden == [("b",)]


def test_excel_2003_xml_that_is_cut_is_damaged() -> None:
    assert refusal(xml_workbook(worksheet("s", "<Row>"))[:-40]).code == "file_damaged"


# --- rows that are no data


def test_an_ebay_report_loses_its_padding_and_footer() -> None:
    ((header, rows, ignored),) = tables(
        ",,,\nSales Record Number,Order Number,Item Title,Sale Date\n,,,\n101,10-1,,Sep-27-26\n101,10-1,Tea,Sep-27-26\n"
        "\n2,record(s) downloaded,from Sep-01-26,to Sep-30-26\nSeller ID : myshop\n"
    )
    assert header[0] == "Sales Record Number"
    assert [row[2] for row in rows] == [None, "Tea"]
    assert ignored == [(1, "blank"), (3, "blank"), (6, "blank"), (7, "total"), (8, "note")]


def test_subtotals_between_the_rows_are_left_out() -> None:
    ((_, rows, ignored),) = tables(
        "營業日,單號,品項,數量,金額\n2024/3/5,P1,拿鐵,1,120\n2024/3/5,P2,美式,2,160\n小計,,,3,280\n2024/3/6,P3,拿鐵,1,120\n"
        "小計,,,1,120\n合計,,,4,400\n共 3 筆\n列印時間：2024/3/7 10:00\n"
    )
    assert [row[1] for row in rows] == ["P1", "P2", "P3"]
    assert ignored == [(4, "total"), (6, "total"), (7, "total"), (8, "total"), (9, "note")]


def test_a_row_that_only_looks_like_a_subtotal_stays() -> None:
    ((_, rows, ignored),) = tables("品項,說明,數量,金額\n拿鐵,,1,120\n合計,,2,999\n美式,,2,160\n")
    assert [row[0] for row in rows] == ["拿鐵", "合計", "美式"]
    assert ignored == []


def test_what_printed_pages_repeat_is_left_out() -> None:
    ((_, rows, ignored),) = tables(
        "日報表,,,\n營業日,單號,品項,金額\n2024/3/5,P1,拿鐵,120\n第 1 頁,,,\n"
        "日報表,,,\n營業日,單號,品項,金額\n2024/3/6,P2,美式,80\nPage 2 of 2\n"
    )
    assert [row[1] for row in rows] == ["P1", "P2"]
    assert ignored == [(1, "title"), (4, "note"), (5, "note"), (6, "repeated_header"), (8, "note")]


def test_files_put_behind_each_other_are_one_table() -> None:
    data = "\ufeff單號,金額,日期\nA1,1,2024-01-01\n\ufeff單號,金額,日期\r\nA2,2,2024-01-02\r\n"
    ((_, rows, ignored),) = tables(data)
    assert [row[0] for row in rows] == ["A1", "A2"]
    assert ignored == [(3, "repeated_header")]


@pytest.mark.parametrize("groups", ["訂單,訂購人,,收件人,,商品", "訂單,訂購人,訂購人,收件人,收件人,商品"])
def test_group_headings_tell_equal_headings_apart(groups: str) -> None:
    ((header, rows, _),) = tables(
        f"{groups}\n編號,姓名,電話,姓名,電話,數量\nA1,王,0912345678,林,0922333444,1\nA2,王,0912345678,林,0922333444,2\n"
    )
    assert header == ("編號", "訂購人姓名", "訂購人電話", "收件人姓名", "收件人電話", "數量")
    assert len(rows) == 2


def test_words_below_a_gap_in_the_header_are_data() -> None:
    ((header, rows, _),) = tables(
        "姓名,,城市,備註,來源\n王,甲,台北,熟客,官網\n林,乙,高雄,常買,門市\n陳,丙,台南,5,官網\n"
    )
    assert header == ("姓名", "column_2", "城市", "備註", "來源")
    assert len(rows) == 3


# --- encodings


def test_big5_beyond_cp950_is_read() -> None:
    line = b"A3,\xf9\xd6\xf9\xd7\xf9\xd8\xf9\xdb,\xc6\xe7\xc6\xa1,\xfa\x40,\x81\x41\n"
    decoded = decode(ORDERS.encode("cp950") + line)
    assert decoded.encoding == "cp950"
    assert decoded.text.splitlines()[-1] == "A3,碁銹裏粧,ぁ①,𠕇,\ueeb9"


@pytest.mark.parametrize(
    ("code", "character"),
    [(b"\x81\x40", "\ueeb8"), (b"\x81\xfe", "\uef54"), (b"\x81\x7f", None), (b"\xff\x40", None), (b"\x81", None)],
)
def test_user_defined_characters_have_their_place(code: bytes, character: str | None) -> None:
    assert beyond_cp950(code) == character


def test_kana_in_big5_are_those_of_eten() -> None:
    assert decode("品名,金額\n".encode("cp950") + b"\xaf\xf9\xc7\x55\xaa\xe1,5\n").text.endswith("茶の花,5\n")


def test_no_two_codes_of_big5_share_a_character() -> None:
    codes = [bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))]
    private = [one for one in map(beyond_cp950, codes) if one and "\ue000" <= one <= "\uf8ff"]
    assert len(private) == len(set(private)) > 1_000


def test_a_broken_character_leaves_the_rest_of_its_line_readable() -> None:
    data = ORDERS.encode()
    place = data.index("小".encode())
    decoded = decode(data[:place] + b"\xe5\x2e" + data[place + 3 :])
    assert decoded.encoding == "utf-8"
    assert decoded.text == ORDERS.replace("小", "\ufffd.", 1)


def test_one_line_may_hold_cells_of_two_encodings() -> None:
    line = b"A3,2024-03-07," + "陳大文".encode("cp950") + ",烏龍茶禮盒,99\n".encode()
    decoded = decode(ORDERS.encode() + line)
    assert decoded.encoding == "utf-8+cp950"
    assert decoded.text.splitlines()[-1] == "A3,2024-03-07,陳大文,烏龍茶禮盒,99"


def test_japanese_files_are_recognised() -> None:
    text = "注文番号,氏名,商品名,金額\n1,山田 太郎,お茶とケーキのセット,1200\n2,鈴木 花子,コーヒー,500\n"
    assert decode(text.encode("cp932")).encoding == "cp932"
    assert decode(text.encode("cp932")).text == text


@pytest.mark.parametrize("name", ["big5", "Big5-TW", "cp950"])
def test_big5_by_any_name_is_cp950(name: str) -> None:
    assert decode("碁,裏\n1,2\n".encode("cp950"), name).text == "碁,裏\n1,2\n"


@pytest.mark.parametrize("name", ["rot13", "hex", "idna", "undefined", "unicode_escape", "klingon", ""])
def test_what_is_no_encoding_of_files_is_refused(name: str) -> None:
    with pytest.raises(FileRefused, match="file_unknown_encoding"):
        decode(b"a,b\n", name)


def test_utf16_that_was_cut_in_a_character_is_read() -> None:
    decoded = decode(ORDERS.encode("utf-16-le")[:-3])
    assert decoded.encoding == "utf-16-le"
    assert decoded.text.startswith(ORDERS[:-3])


def test_the_texts_of_the_big5_collection_are_read_whole(shared_data: Path) -> None:
    sources = sorted((shared_data / "torture" / "chardet_big5" / "tests" / "Big5").iterdir())
    assert len(sources) >= 20
    for source in sources:
        data = source.read_bytes()
        text = decode(data).text
        assert "\ufffd" not in text, source.name
        assert text == with_eten_signs(data.decode("cp950", "huike.big5")), source.name
