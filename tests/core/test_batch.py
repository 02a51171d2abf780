"""Several files at once, and the shop's own formats."""

from __future__ import annotations

import random
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.errors import CrmError, FileRefused, UnknownName
from crm_core.ingest.archives import unpack_archive
from crm_core.ingest.batch import Question, State, check_file, files_in, loading_order, natural
from crm_core.ingest.content import Look, look_of
from crm_core.ingest.formats import forget_format, format_of, rename_format, saved_formats
from crm_core.ingest.load import Origin
from crm_core.ingest.mapping import as_confirmed_by_person
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import best_offer, store, table_offers
from crm_core.ingest.readers.limits import Limits
from tests.core.builders import ORDER_COLUMNS, Document, Shop, order_cells, random_orders, write_csv

HEADER = "order_id,order_date,email,quantity,price,status"
NOW = datetime(2026, 6, 1, 9)


def export(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Three months in a folder; the second one tells that an order of the first was cancelled."""
    folder = tmp_path / "exports"
    (folder / "older").mkdir(parents=True)
    export(
        folder / "older",
        "1.csv",
        "A1,2026-01-05,a@example.com,1,100,completed",
        "A2,2026-01-20,b@example.com,1,50,completed",
    )
    export(folder, "2.csv", "A2,2026-01-20,b@example.com,1,50,cancelled", "B1,2026-02-05,a@example.com,2,100,completed")
    export(folder, "10.csv", "C1,2026-10-05,a@example.com,1,30,completed")
    (folder / "~$2.xlsx").write_bytes(b"lock")
    (folder / "readme.md").write_text("not an export")
    return folder


def test_a_folder_gives_its_exports_and_nothing_else(exports: Path) -> None:
    assert [path.name for path in files_in([exports])] == ["2.csv", "10.csv", "1.csv"]
    assert files_in([exports / "2.csv", exports]) == [
        exports / "2.csv",
        exports / "10.csv",
        exports / "older" / "1.csv",
    ]


def test_a_folder_without_exports_and_a_path_without_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CrmError) as refusal:
        files_in([tmp_path])
    assert refusal.value.code == "folder_without_exports"
    with pytest.raises(CrmError) as refusal:
        files_in([tmp_path / "gone.csv"])
    assert refusal.value.code == "file_not_found"


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["10.csv", "2.csv", "Order.all.20240301_20240331.xlsx", "訂單 9.csv", "訂單 11.csv", "²"]
    random.Random(1).shuffle(names)
    ordered = sorted(names, key=natural)
    assert ordered.index("2.csv") < ordered.index("10.csv")
    assert ordered.index("訂單 9.csv") < ordered.index("訂單 11.csv")


def test_a_folder_on_the_command_line(exports: Path, tmp_path: Path) -> None:
    (exports / "broken.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(900))
    shop = Shop(tmp_path / "shop.duckdb")
    reply = shop.run("import", "auto", exports, "--json")
    assert reply.status == 1  # one file was refused, and said so; the others are in
    document: Document = reply.document
    assert [file["file"] for file in document["files"]] == ["1.csv", "2.csv", "10.csv", "broken.csv"]
    assert document["files"][3]["error"] == "file_is_image"
    assert document["files"][3]["remedy"]
    assert document["totals"] == {
        "files": 3,
        "refused": 1,
        "rows_read": 5,
        "rows_loaded": 5,
        "rows_unchanged": 0,
        "rows_rejected": 0,
        "orders": 5,
        "revenue": 380,  # 150, then 200 without the cancelled order, then 30
        "records_new": 4,
        "records_changed": 1,
        "records_same": 0,
        "first_day": "2026-01-05",
        "last_day": "2026-10-05",
    }
    assert shop.values("revenue", "orders") == {"revenue": 330, "orders": 3}
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_a_check_of_a_folder_saves_nothing(exports: Path, tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.duckdb")
    found = shop.ask("import", "orders", exports, "--dry-run")
    assert [file["import_id"] for file in found["files"]] == [None, None, None]
    assert shop.ask("imports") == {"imports": []}


def test_several_files_one_mapping_and_one_channel(exports: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('kind = "orders"\n[columns]\nordered_at = "order_date"\nline_total = "price"\n')
    shop = Shop(tmp_path / "shop.duckdb")
    found = shop.ask("import", "auto", exports / "2.csv", exports / "10.csv", "--mapping", mapping, "--channel", "fair")
    assert found["totals"]["files"] == 2
    assert shop.query("select distinct channel from order_mart") == [("fair",)]


def test_one_file_is_told_as_ever(exports: Path, tmp_path: Path) -> None:
    told = Shop(tmp_path / "shop.duckdb").ask("import", "orders", exports / "10.csv")
    assert (told["import_id"], told["rows_loaded"], told["records_new"]) == (1, 1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_folder_gives_the_marts_of_one_export_of_all(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    rows = [order_cells(row) for row in random_orders(chance, orders=60)]
    whole = Shop(tmp_path / "whole.duckdb")
    whole.take_in("orders", write_csv(tmp_path / "all.csv", rows, ORDER_COLUMNS))
    folder = tmp_path / "parts"
    folder.mkdir()
    by_month: dict[str, list[Document]] = {}
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row["order_id"], row["ordered_at"][:7])
        by_month.setdefault(first[row["order_id"]], []).append(row)
    for number, part in enumerate(chance.sample(sorted(by_month), len(by_month))):
        write_csv(folder / f"{number}.csv", by_month[part], ORDER_COLUMNS)
    parts = Shop(tmp_path / "parts.duckdb")
    parts.take_in("orders", folder)
    assert parts.fingerprints() == whole.fingerprints()


# ---- archives of several exports ----


def archive_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_an_archive_of_several_exports_is_read_like_a_folder(exports: Path, tmp_path: Path) -> None:
    files = {path.relative_to(exports).as_posix(): path.read_bytes() for path in files_in([exports])}
    archive = archive_of(tmp_path / "year.zip", {**files, "__MACOSX/._1.csv": b"left behind", "~$2.xlsx": b"lock"})
    packed, loose = Shop(tmp_path / "packed.duckdb"), Shop(tmp_path / "loose.duckdb")
    found = packed.ask("import", "orders", archive)
    assert [file["file"] for file in found["files"]] == ["1.csv", "2.csv", "10.csv"]
    loose.take_in("orders", exports)
    assert packed.fingerprints() == loose.fingerprints()
    again = packed.ask("import", "orders", archive, exports)  # an archive among other files
    assert (again["totals"]["files"], again["totals"]["rows_loaded"]) == (6, 0)


def test_names_that_windows_in_taiwan_wrote_can_be_read(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "names.zip", {"XXXX.csv": b"a,b", "1.csv": b"a,b"})
    path.write_bytes(path.read_bytes().replace(b"XXXX", "訂單".encode("cp950")))
    assert [each.name for each in unpack_archive(path, tmp_path / "out")] == ["訂單.csv", "1.csv"]


def test_no_member_gets_out_of_the_folder(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "evil.zip", {"../../evil.csv": b"a", "/etc/evil.csv": b"b", "C:\\evil.csv": b"c"})
    found = unpack_archive(path, tmp_path / "out")
    assert {each.path.parent for each in found} == {tmp_path / "out"}
    assert all("/" not in each.name for each in found)
    assert not list(tmp_path.rglob("evil.csv"))


def test_archives_that_are_too_much_are_refused(tmp_path: Path) -> None:
    many = archive_of(tmp_path / "many.zip", {f"{number}.csv": b"a" for number in range(201)})
    large = archive_of(tmp_path / "large.zip", {"1.csv": bytes(3_000_000), "2.csv": bytes(3_000_000)})
    cut = tmp_path / "cut.zip"
    cut.write_bytes(large.read_bytes()[:-30])
    for path, code in ((many, "archive_too_many"), (large, "file_too_large_unpacked"), (cut, "file_damaged")):
        with pytest.raises(FileRefused) as refusal:
            unpack_archive(path, tmp_path / path.stem, Limits(unpacked_bytes=5_000_000))
        assert refusal.value.code == code


# ---- what a person has to look at ----


CASES = {
    "ready": ((HEADER, "A1,2026-01-05,a@example.com,1,100,completed"), State.READY, None),
    "columns": (("f1,f2", "x,y"), State.ASKS, Question.COLUMNS),
    "guess": (
        ("order_id,f2,price,quantity", "A1,2026-01-05,9,1", "A2,2026-01-06,9,1", "A3,2026-01-07,9,1"),
        State.ASKS,
        None,
    ),
    "rejected": (
        (HEADER, "A1,2026-01-05,a@example.com,1,100,completed", "A2,gestern,a@example.com,1,100,completed"),
        State.ASKS,
        Question.REJECTED,
    ),
    "all_rejected": ((HEADER, "A2,gestern,a@example.com,1,100,completed"), State.ASKS, Question.REJECTED),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_guessed_loosely_is_not_loaded_unseen(case: str, database: Database, tmp_path: Path) -> None:
    lines, state, question = CASES[case]
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with database.exchange_folder() as folder:
        checked = check_file(database, parse(path, path.name, folder), folder)
    assert checked.state is state
    if question is not None:
        assert checked.question is question


def test_what_reaches_furthest_comes_last(database: Database, exports: Path) -> None:
    with database.exchange_folder() as folder:
        checked = [check_file(database, parse(path, path.name, folder), folder) for path in files_in([exports])]
    assert [checked[position].file_name for position in loading_order(checked)] == ["1.csv", "2.csv", "10.csv"]
    days = [checked[position].outcome for position in loading_order(checked)]
    assert [outcome.summary.last_on for outcome in days if outcome] == [
        date(2026, 1, 20), date(2026, 2, 5), date(2026, 10, 5)
    ]  # fmt: skip


# ---- formats of the shop's own ----


def test_a_format_is_found_by_its_headings_renamed_and_forgotten(database: Database, exports: Path) -> None:
    path = exports / "10.csv"
    with database.exchange_folder() as folder:
        file = parse(path, path.name, folder)
        with database.cursor() as cursor:
            chosen = best_offer(table_offers(cursor, file.tables, path.name))
        mapping = as_confirmed_by_person(chosen.mapping)
        for name in ("  Counter ", None):  # saved again without a name it keeps the one it has
            origin = Origin("test", NOW)
            store(database, file, chosen.table, mapping, folder, origin, remember=True, format_name=name)
        with database.cursor() as cursor:
            (known,) = saved_formats(cursor)
            assert (known.name, known.headings, known.mapping) == ("Counter", tuple(HEADER.split(",")), mapping)
            assert format_of(cursor, tuple(reversed(HEADER.split(",")))) == known
            offered = best_offer(table_offers(cursor, file.tables, path.name))
            assert (offered.is_remembered, offered.format_name) == (True, "Counter")
    with database.write() as cursor:
        rename_format(cursor, known.signature, "Market")
        assert [each.name for each in saved_formats(cursor)] == ["Market"]
        forget_format(cursor, known.signature)
        assert saved_formats(cursor) == []
        with pytest.raises(UnknownName):
            rename_format(cursor, known.signature, "Gone")


LOOKS: dict[Look, list[str | None]] = {
    Look.DATE: ["2026/10/01", "113/03/05", "3/5/2024 14:35:12", "2024/3/5 下午 2:35:12"],
    Look.PHONE: ["0912000001", "+886 912 000 002"],
    Look.EMAIL: ["a@example.com", "b@example.com"],
    Look.NUMBER: ["NT$1,280", "350", "(20)"],
    Look.TEXT: ["烏龍茶", "餅乾", "A1"],
    Look.EMPTY: ["", "-", None],
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_look_of_a_column(look: Look) -> None:
    assert look_of(LOOKS[look]) is look
