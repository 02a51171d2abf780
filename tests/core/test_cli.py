"""The command line: exit status, what goes where, in which language, and what it refuses."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from inspect import isclass
from pathlib import Path

import openpyxl
import pytest

from crm_core import errors
from crm_core.db import Database, model, models_in
from crm_core.errors import CrmError
from crm_core.metrics.registry import METRICS
from crm_core.metrics.tables import TABLES
from tests.core.builders import Document, Shop, run, write_csv

PROJECT = Path(__file__).parents[2]
CORE = PROJECT / "crm_core"
LANGUAGES = ("zh-TW", "en")
ORDER: Document = {"order_id": "a", "ordered_at": "2024-03-05", "customer_id": "c1", "quantity": 1, "unit_price": 10}
FAMILY = {name: value for name, value in vars(errors).items() if isclass(value) and issubclass(value, CrmError)}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with one order; it is only asked."""
    folder = tmp_path_factory.mktemp("asked")
    shop = Shop(folder / "huike.duckdb")
    shop.take_in("orders", write_csv(folder / "orders.csv", [ORDER]))
    return shop


@pytest.fixture
def shop(asked: Shop, tmp_path: Path) -> Shop:
    """The same shop as the test's own, and the file it was filled from."""
    shutil.copy(asked.path, tmp_path / "huike.duckdb")
    shutil.copy(asked.path.with_name("orders.csv"), tmp_path / "orders.csv")
    return Shop(tmp_path / "huike.duckdb")


# ---- exit status and streams ----


def test_as_a_program(tmp_path: Path) -> None:
    """``python -m crm_core`` itself: one JSON document on standard output, nothing else, and the status."""
    file = write_csv(tmp_path / "orders.csv", [ORDER])
    environment = {**os.environ, "HUIKE_DB": str(tmp_path / "huike.duckdb"), "HUIKE_LANG": "en"}

    def program(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crm_core", *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=PROJECT)

    done = program("import", "orders", str(file), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows_loaded"] == 1
    assert done.stdout.count("\n") == 1
    assert program("metrics", "no_such", "--json").returncode == 1
    assert program("--help").returncode == 0
    wrong = program("wrong")
    assert (wrong.returncode, wrong.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("import",),
        ("import", "recipes", "a.csv"),
        ("metrics", "--as-of", "yesterday"),
        ("undo", "first"),
        ("sample",),
        ("table",),
        ("metrics", "--colour"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    reply = run(*arguments)
    assert (reply.status, reply.out) == (2, b"")
    assert "usage:" in reply.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("metrics", "no_such_metric"), "unknown_name"),
        (("table", "no_such_table"), "unknown_name"),
        (("list", "no_such_list"), "unknown_list"),
        (("import", "orders", "absent.csv"), "file_not_found"),
        (("metrics", "--from", "2024-03-09", "--to", "2024-03-05"), "period_reversed"),
        (("metrics", "--as-of", "2024-03-04", "--from", "2024-03-05", "--to", "2024-03-05"), "period_after_as_of"),
        (("table", "cohorts", "--with", "latest=some"), "invalid_params"),
        (("table", "comments", "--with", "limit=99999999999999999999"), "invalid_params"),
        (("table", "pareto", "--with", "days=7"), "invalid_params"),
    ],
)
def test_refusals_are_1_and_json(asked: Shop, arguments: tuple[str, ...], code: str) -> None:
    reply = asked.run(*arguments, "--json")
    assert reply.status == 1
    assert set(reply.document) == {"error", "message", "remedy"}
    assert reply.document["error"] == code
    assert reply.document["message"] in reply.err
    plain = asked.run(*arguments)
    assert (plain.status, plain.out) == (1, b"")


def test_a_key_of_digits_stays_a_text(tmp_path: Path) -> None:
    """Article numbers and barcodes, some with a zero in front, beside a key that is no number."""
    shop = Shop(tmp_path / "huike.duckdb")
    skus = ["0071", "71", "4710088620156", "85123A"]
    rows = [ORDER | {"order_id": f"o{number}", "sku": sku} for number, sku in enumerate(skus)]
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", rows))
    for sku in skus:
        found = shop.ask("table", "top_repurchased_products", "--with", f"product={sku}", "--with", f"search={sku}")
        assert [row[0] for row in found["rows"]] == [sku]
    assert shop.ask("table", "top_repurchased_products", "--with", "product=72", "--with", "search=7")["rows"] == []


def test_an_unknown_sheet_and_undo_are_refused(shop: Shop, tmp_path: Path) -> None:
    reply = shop.run("import", "orders", tmp_path / "orders.csv", "--sheet", "Other", "--json")
    assert (reply.status, reply.document["error"]) == (1, "no_such_sheet")
    assert shop.run("undo", 7).status == 1


def test_words_of_every_command(shop: Shop, tmp_path: Path) -> None:
    """Without --json, people read lines; each command succeeds and says something."""
    commands: list[tuple[object, ...]] = [
        ("import", "orders", tmp_path / "orders.csv"),
        ("imports",),
        ("metrics",),
        ("table", "segments"),
        ("list", "top_spenders"),
        ("backup",),
        ("check",),
        ("rebuild",),
        ("undo", 2),
        ("restore",),
    ]
    for command in commands:
        reply = shop.run(*command)
        assert (reply.status, reply.err) == (0, ""), command
        assert reply.out, command


def test_check_has_a_status_of_its_own(shop: Shop) -> None:
    database = Database(shop.path)
    with database.write() as cursor:
        cursor.execute("update order_mart set net_amount = 11")
    database.close()
    reply = shop.run("check")
    assert reply.status == 1
    assert b"order_mart" in reply.out
    assert shop.run("rebuild").status == 0
    assert shop.run("check").status == 0


@pytest.mark.parametrize("name", list(METRICS))
def test_every_metric_can_be_asked_by_name(asked: Shop, name: str) -> None:
    (metric,) = asked.ask("metrics", name)["metrics"]
    assert metric["metric"] == name


# fmt: off
PROMISED_METRICS = {
    "orders", "revenue", "average_order_value", "identified_order_share", "customers", "new_customers",
    "returning_customers", "repurchase_orders", "repurchase_order_share", "repurchase_revenue",
    "repurchase_revenue_share", "repurchase_aov", "first_purchase_aov", "repurchase_rate", "one_time_customers",
    "one_time_customer_share", "average_repurchase_count", "average_repurchase_count_all", "repurchase_within_30d",
    "repurchase_within_60d", "repurchase_within_90d", "repurchase_within_180d", "repurchase_within_365d",
    "repurchase_cycle_p25", "repurchase_cycle_median", "observed_gap_median", "top20_revenue_share", "nps",
    "referral_rate", "contactable_rate", "referred_customer_share", "complaint_recovery_rate",
    "community_activity_rate",
    "open_rate", "click_rate", "reminder_day", "expected_purchases_90d", "expected_revenue_365d",
}
PROMISED_TABLES = {
    "rfm", "segments", "cohorts", "cohorts_by_week", "repurchase_curve", "purchase_ladder", "top_repurchased_products",
    "first_purchase_products", "nps_trend", "repurchase_by_group", "first_order_differences", "product_cycles",
    "due_to_reorder", "next_products", "basket_pairs", "rfm_migration", "life_cycle", "pareto", "journey_stages",
    "customer_profile", "tier_what_if", "forecast", "forecast_check", "satisfaction", "nps_by", "survey_waves",
    "nps_by_money", "repurchase_by_attitude", "comment_themes", "acquisition_sources", "complaints_by_month",
    "community", "revenue_change", "movements",
}
# fmt: on


def test_every_promised_name_is_there() -> None:
    assert set(METRICS) >= PROMISED_METRICS
    assert set(TABLES) >= PROMISED_TABLES


# ---- languages ----


@pytest.mark.parametrize(("language", "word"), [("zh-TW", "匯入"), ("en", "rows read"), ("zh_TW.UTF-8", "匯入")])
def test_messages_speak_the_language_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("HUIKE_LANG", language)
    shop = Shop(tmp_path / "huike.duckdb")
    reply = shop.run("import", "orders", write_csv(tmp_path / "orders.csv", [ORDER]))
    assert word in reply.out.decode()


def raised_codes() -> Iterator[tuple[str, str]]:
    """(where, code) of every error of the family that the core makes."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in FAMILY:
                continue
            given = node.args[0] if node.args else None
            if isinstance(given, ast.Constant):
                yield path.name, str(given.value)
            elif given is None:
                yield path.name, FAMILY[node.func.id].code


def words(area: str, language: str) -> dict[str, dict[str, str]]:
    text = (CORE / "locale" / language / f"{area}.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_words(language: str) -> None:
    codes = set(raised_codes())
    assert {"all_rows_rejected", "file_empty", "unknown_import", "unknown_name"} <= {code for _, code in codes}
    known = words("errors", language)
    assert [(where, code) for where, code in sorted(codes) if set(known.get(code, {})) != {"what", "remedy"}] == []


def problem_rules() -> set[str]:
    """The rules that SQL and the cell readers can report."""
    texts = [model(name) for name in models_in("staging")] + [
        path.read_text(encoding="utf-8") for path in (CORE / "ingest").glob("*.py")
    ]
    found = {rule for text in texts for rule in re.findall(r"'([a-z_]+)'\s+as rule\b", text)}
    flaws = re.search(r"def _flaw\(.*?\n\n\n", (CORE / "ingest" / "cells.py").read_text(encoding="utf-8"), re.DOTALL)
    assert flaws is not None
    returned = [line for line in flaws[0].splitlines() if line.lstrip().startswith("return ")]
    return found | {rule for line in returned for rule in re.findall(r'"([a-z_]+)"', line)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_rule_has_words(language: str) -> None:
    rules = problem_rules()
    assert {"no_order_id", "unreadable", "order_incomplete", "unknown_status", "not_on_scale"} <= rules
    known = words("problems", language)
    assert sorted(rule for rule in rules if set(known.get(rule, {})) != {"what", "remedy"}) == []


# ---- bad input: words in both languages, and nothing changed ----


def broken_file(folder: Path, what: str) -> Path:
    """A file that cannot be imported."""
    path = folder / f"{what}.csv"
    if what == "empty":
        path.write_bytes(b"")
    elif what == "image":
        path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20)
    elif what == "truncated":
        path = folder / "truncated.xlsx"
        book = openpyxl.Workbook()
        book.active.append(list(ORDER))
        book.save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif what == "no_date":
        write_csv(path, [{key: value for key, value in ORDER.items() if key != "ordered_at"}] * 3)
    elif what == "no_identifier":
        write_csv(path, [{"name": "Ann", "email": ""}, {"name": "Bob", "email": "nowhere"}])
    else:
        write_csv(path, [{**ORDER, "order_id": number, "ordered_at": "soon"} for number in range(3)])
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("what", "kind", "code"),
    [
        ("empty", "orders", "file_empty"),
        ("image", "orders", "file_is_image"),
        ("truncated", "orders", "file_damaged"),
        ("no_date", "orders", "mapping_incomplete"),
        ("no_identifier", "customers", "all_rows_rejected"),
        ("all_rejected", "orders", "all_rows_rejected"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, what: str, kind: str, code: str
) -> None:
    monkeypatch.setenv("HUIKE_LANG", language)
    before, imports = shop.fingerprints(), shop.ask("imports")
    reply = shop.run("import", kind, broken_file(tmp_path, what), "--json")
    assert (reply.status, reply.document["error"]) == (1, code)
    assert is_chinese(reply.document["message"]) is (language == "zh-TW")
    assert is_chinese(reply.document["remedy"]) is (language == "zh-TW")
    assert "{" not in reply.document["message"] + reply.document["remedy"]
    assert (shop.fingerprints(), shop.ask("imports")) == (before, imports)
    assert list((tmp_path / "exchange").iterdir()) == []


def is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def test_health_is_told_in_words_and_as_json(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.duckdb")
    rows = [{"Order ID": "o1", "Order Date": "2024-03-01", "Email": "a@example.com", "Total": 5, "Status": "glowing"}]
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", rows))
    told = shop.ask("health")
    assert [channel["identified"] for channel in told["channels"]] == [1]
    assert [(rule["word"], rule["order_count"]) for rule in told["undecided"]] == [("glowing", 1)]
    assert b"glowing" in shop.run("health").out
