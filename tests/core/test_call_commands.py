"""The commands ``call-sheet`` and ``workload``."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.lists.conditions import condition
from crm_core.lists.saved import rename_list, save_list
from crm_core.lists.sources import source_text
from crm_core.schema import Kind
from tests.core import builders


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    database = folder / "shop.duckdb"
    rows = [
        {
            "order_id": f"o{number}",
            "ordered_at": f"2024-05-{day:02} 10:00",
            "phone": f"0912-000-0{number:02}",
            "name": who,
        }
        | {"total": amount, "item": "tea", "quantity": 1, "price": amount}
        for number, (who, day, amount) in enumerate((("Ann", 24, 900), ("Ben", 24, 100), ("Cy", 31, 50)))
    ]
    file = builders.write_csv(folder / "orders.csv", rows)
    assert builders.run("import", Kind.ORDERS.value, file, "--db", database).status == 0
    return database


def test_the_sheet_is_written_in_its_order_and_logged(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheet.csv"
    common = ("call-sheet", "--day", "2024-05-31", "--lists", "care_7", "--as-of", "2024-05-31", "--db", path)
    assert builders.run(*common, "--csv", target).status == 1
    assert not target.exists()
    assert builders.run(*common, "--csv", target, "--by", "Mei").status == 0
    told = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [row[1:3] for row in told[1:]] == [["Ann", "0912-000-000"], ["Ben", "0912-000-001"]]
    found = builders.run(*common, "--people", 2, "--hours", 3, "--json").document
    assert (found["fits"], found["callable"], len(found["rows"])) == (72, 2, 2)
    (logged,) = builders.run("exports", "--json", "--db", path).document["exports"]
    assert (logged["layout"], logged["exported_by"], logged["customer_count"]) == ("call_sheet", "Mei", 2)


def test_the_sheet_of_a_campaign_holds_nobody_held_out(path: Path, tmp_path: Path) -> None:
    frozen = ("care_7", "--name", "Care", "--contact", "phone", "--starts-on", "2024-05-31", "--hold-out", 0.5)
    database = tmp_path / "shop.duckdb"
    database.write_bytes(path.read_bytes())
    made = builders.run("campaign", "freeze", *frozen, "--seed", 5, "--db", database, "--json").document
    assert (made["campaign"]["contacted"], made["campaign"]["held_out"]) == (1, 1)
    asked = ("--day", "2024-05-31", "--as-of", "2024-05-31", "--db", database, "--json")
    sheet = builders.run("call-sheet", "--lists", "campaign-1", *asked).document
    both = builders.run("call-sheet", "--lists", "campaign-1,care_7", *asked).document
    assert sheet["left_out"] == {}
    assert both["left_out"] == {"held_out": 1}
    assert [row["customer_id"] for row in sheet["rows"]] == [row["customer_id"] for row in both["rows"]]
    assert len(sheet["rows"]) == 1
    assert builders.run("call-sheet", "--lists", "campaign-2", *asked).status == 1


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_sheet_names_its_lists_in_words_and_they_are_known_when_it_comes_back(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Also after the list has another name; what an older sheet says as text of the program is read as before."""
    monkeypatch.setenv("HUIKE_LANG", language)
    t, database, target = Translator(language), tmp_path / "shop.duckdb", tmp_path / "sheet.csv"
    database.write_bytes(path.read_bytes())
    tree = condition("recency_days", "at_most", 3)
    with closing(Database(database)) as shop, shop.write_beside() as cursor:
        number = save_list(cursor, "=Just bought", tree, "Mei", datetime(2024, 5, 31))
    asked = ("--day", "2024-05-31", "--as-of", "2024-05-31", "--lists", "care_7,=Just bought", "--by", "Mei")
    assert builders.run("call-sheet", *asked, "--csv", target, "--db", database).status == 0
    with closing(Database(database)) as shop, shop.write_beside() as cursor:
        rename_list(cursor, number, "Thanks", datetime(2024, 6, 1))
    heads, *rows = csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig")))
    source, outcome = heads.index(t("contacts.sheet.source")), heads.index(t("contacts.sheet.outcome"))
    names = [t("lists.care_7.name")] * 2 + ["'=Just bought"]
    assert sorted(row[source] for row in rows) == sorted(names)
    assert "built:" not in target.read_text(encoding="utf-8-sig")
    for row in rows:
        row[outcome] = t("contacts.outcome.reached")
    texts = sorted(["list:care_7", "list:care_7", source_text(tree)])
    assert told_sources(database, tmp_path, [heads, *rows]) == texts
    renamed = [[*row[:source], "Thanks" if "Just" in row[source] else row[source], *row[source + 1 :]] for row in rows]
    assert told_sources(database, tmp_path, [heads, *renamed]) == ["Thanks", "list:care_7", "list:care_7"]
    older = [[*row[:source], source_text(tree), *row[source + 1 :]] for row in rows]
    assert told_sources(database, tmp_path, [heads, *older]) == [source_text(tree)] * 3


def told_sources(database: Path, folder: Path, rows: list[list[str]]) -> list[str]:
    """The lists that the log tells of once these rows of a sheet came in."""
    file = folder / "back.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    reply = builders.run("import", "auto", file, "--db", database)
    assert reply.status == 0, reply.err
    with closing(Database(database)) as shop, shop.cursor() as cursor:
        return [name for (name,) in cursor.execute("select source from contact_mart order by source").fetchall()]


def test_an_assumption_is_kept_with_the_shop_until_it_is_taken_back(path: Path, tmp_path: Path) -> None:
    database = tmp_path / "shop.duckdb"
    database.write_bytes(path.read_bytes())
    asked = ("--day", "2024-05-31", "--lists", "care_7", "--as-of", "2024-05-31", "--json", "--db", database)

    def chances(*options: str) -> set[float]:
        return {row["chance"] for row in builders.run("call-sheet", *asked, *options).document["rows"]}

    assert chances() == {0.08}
    assert chances("--assume", "care_7=25") == {0.25}
    assert chances() == {0.25}
    assert builders.run("call-sheet", *asked, "--assume", "care_7=101").document["error"] == "sheet_bounds"
    assert chances() == {0.25}
    assert chances("--assume", "care_7=") == {0.08}
    assert chances() == {0.08}


def test_a_saved_list_that_cannot_be_read_is_told_by_its_name_and_spoils_no_other(path: Path, tmp_path: Path) -> None:
    database = tmp_path / "shop.duckdb"
    database.write_bytes(path.read_bytes())
    item = condition("bought", "at_least", 1, kind="category", item_key="hats", within_days=0)
    with closing(Database(database)) as shop, shop.write_beside() as cursor:
        save_list(cursor, "Damaged", item, "Mei", datetime(2024, 6, 1))
        cursor.execute("update saved_lists set conditions = '{\"all\":'")
        save_list(cursor, "Hats", item, "Mei", datetime(2024, 6, 1))
        save_list(cursor, "Teas", replace(item, of={**item.of, "kind": "product", "item_key": "tea"}), "", datetime.min)
    for command in (("list", "--saved", "damaged"), ("call-sheet", "--lists", "care_7,Damaged")):
        refused = builders.run(*command, "--db", database)
        assert refused.status == 1
        assert Translator("en")("errors.saved_list_unreadable.what", list="Damaged") in refused.err
    people = {name: builders.run("list", "--saved", name, "--json", "--db", database) for name in ("Hats", "Teas")}
    assert {name: len(reply.document["rows"]) for name, reply in people.items()} == {"Hats": 0, "Teas": 3}
    assert {name: bool(reply.err) for name, reply in people.items()} == {"Hats": True, "Teas": False}
    assert builders.run("call-sheet", "--lists", "care_7,Teas", "--day", "2024-05-31", "--db", database).status == 0


def test_workload_counts_today_and_the_coming_weeks(path: Path) -> None:
    found = builders.run("workload", "--as-of", "2024-05-31", "--json", "--db", path).document
    care = {entry["list"]: entry["customers"] for entry in found["lists"]}["care_7"]
    assert (care["0"], care["7"], care["14"]) == (2, 1, 0)
    asked = ("workload", "--as-of", "2024-05-31", "--db", path)
    few = builders.run(*asked, "--lists", "care_7", "--json").document["lists"]
    weeks = {entry["list"]: entry["customers"] for entry in few}
    assert weeks.pop("care_7") == care
    assert weeks
    assert all(list(each) == ["0"] for each in weeks.values())
    words = builders.run(*asked).out.decode().splitlines()
    assert len(words) == sum(entry["customers"]["0"] > 0 for entry in found["lists"])
    assert builders.run(*asked, "--lists", "nobody").status == 1


def test_a_stopped_campaign_gives_no_file_and_without_orders_it_tells_of_none(path: Path, tmp_path: Path) -> None:
    database, target = tmp_path / "shop.duckdb", tmp_path / "campaign.csv"
    database.write_bytes(path.read_bytes())
    frozen = ("care_7", "--name", "Care", "--contact", "phone", "--starts-on", "2024-05-31", "--hold-out", 0.5)
    builders.run("campaign", "freeze", *frozen, "--seed", 5, "--db", database)
    file = ("list", "--campaign", 1, "--layout", "full", "--for", "phone", "--by", "Mei", "--csv", target)
    assert builders.run(*file, "--db", database).status == 0
    target.unlink()
    logged = builders.run("exports", "--json", "--db", database).document
    builders.run("campaign", "stop", 1, "--db", database)
    for command in (file, ("list", "--campaign", 1), ("call-sheet", "--lists", "care_7,campaign-1")):
        refused = builders.run(*command, "--json", "--db", database)
        assert (refused.status, refused.document["error"]) == (1, "campaign_stopped")
    assert not target.exists()
    assert builders.run("exports", "--json", "--db", database).document == logged
    builders.run("campaign", "freeze", *frozen, "--seed", 5, "--db", database)
    builders.run("undo", 1, "--db", database)
    told = builders.run("campaign", "effect", 2, "--db", database).out.decode()
    assert "1970" not in told
    assert Translator("en")("errors.no_orders.what") in told
    (campaign, _) = builders.run("campaign", "list", "--json", "--db", database).document["campaigns"]
    assert (campaign["verdict"], campaign["days_left"]) == ("running", None)


def test_a_name_of_a_list_and_of_a_kind_of_group_says_which(path: Path) -> None:
    item = ("--with", "kind=product", "--with", "product_key=tea", "--with", "from_days=0", "--with", "to_days=9")
    listed = ("--columns", "customer_id", "--as-of", "2024-05-31", "--json", "--db", path)
    as_list = [builders.run("list", name, *listed).document["rows"] for name in ("reorder_due", "list:reorder_due")]
    as_group = [builders.run("list", name, *item, *listed) for name in ("reorder_due", "group:reorder_due")]
    assert as_list == [[], []]
    assert [len(reply.document["rows"]) for reply in as_group] == [3, 3]
    for name in ("list:reorder_due", "top_spenders"):
        assert builders.run("list", name, *item, *listed).document["error"] == "list_takes_no_values"
    assert builders.run("list", "group:reorder_due", *listed).document["error"] == "group_values"


def test_unknown_lists_are_refused(path: Path) -> None:
    assert builders.run("call-sheet", "--lists", "nobody", "--db", path).status == 1
    assert builders.run("call-sheet", "--lists", "care_7", "--hours", 99, "--db", path).status == 1
