"""The JSON of the command line is a contract: its keys and the types behind them (DESIGN §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_core.json_forms import dumps, plain
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import Column, ColumnKind, Table
from crm_core.metrics.tables import TABLES
from crm_core.schema import Kind
from crm_core.table_form import table_form
from tests.core.builders import Document, Shop, write_csv

NUMBER = (int, float)
ROWS: list[Document] = [
    {"order_id": "a", "ordered_at": "2024-03-05", "customer_id": "c1", "quantity": 1, "unit_price": 10, "sku": "T"},
    {"order_id": "b", "ordered_at": "2024-03-09", "customer_id": "c1", "quantity": 2, "unit_price": 10.5, "sku": "T"},
    {"order_id": "c", "ordered_at": "someday", "customer_id": "c2", "quantity": 1, "unit_price": 10, "sku": "T"},
]

IMPORT: Mapping[str, Any] = {
    "import_id": int,
    "kind": str,
    "platform": str,
    "encoding": str,
    "sheet": type(None),
    "shape": str,
    "rows_read": int,
    "rows_loaded": int,
    "rows_unchanged": int,
    "rows_rejected": int,
    "orders": int,
    "customers": int,
    "revenue": NUMBER,
    "first_day": str,
    "last_day": str,
    "problems": list,
    "lines": int,
    "cancelled": int,
    "unpaid": int,
    "refunded": int,
    "anonymous": int,
    "gift_lines": int,
    "answers": int,
    "records": int,
    "complaints": int,
    "open_cases": int,
    "interactions": int,
    "reached": int,
    "open_rows": int,
    "conversions": list,
    "paid_all": NUMBER,
    "paid_not_cancelled": NUMBER,
    "paid_net": NUMBER,
    "records_new": int,
    "records_changed": int,
    "records_same": int,
}
PROBLEM: Mapping[str, Any] = {
    "rule": str,
    "severity": str,
    "count": int,
    "example": (str, type(None)),
    "heading": (str, type(None)),
}
METRIC: Mapping[str, Any] = {
    "metric": str,
    "value": (*NUMBER, type(None)),
    "sample_size": int,
    "low": (float, int, type(None)),
    "high": (float, int, type(None)),
    "unit": str,
    "is_thin": bool,
    "previous": (dict, type(None)),
    "last_year": (dict, type(None)),
}
CHANGE: Mapping[str, Any] = {
    "from": str,
    "to": str,
    "value": (*NUMBER, type(None)),
    "sample_size": int,
    "absolute": (*NUMBER, type(None)),
    "relative": (*NUMBER, type(None)),
}
RECORD: Mapping[str, Any] = {
    **{key: IMPORT[key] for key in list(IMPORT)[:16]},
    "file_name": str,
    "is_sample": bool,
    "imported_by": str,
    "imported_at": str,
    "undone_at": (str, type(None)),
}


def assert_form(document: Document, form: Mapping[str, Any]) -> None:
    """Exactly these keys, each with a value of its type; a bool is no number."""
    assert set(document) == set(form)
    for key, types in form.items():
        assert isinstance(document[key], types), (key, document[key])
        assert types is bool or not isinstance(document[key], bool) or bool in np.ravel(types), key


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "huike.duckdb")
    receipt = shop.take_in("orders", write_csv(folder / "orders.csv", ROWS))
    assert_form(receipt, IMPORT)
    (problem,) = receipt["problems"]
    assert problem == {
        "rule": "unreadable", "severity": "rejected", "count": 1, "example": "someday", "heading": "ordered_at",
    }  # fmt: skip
    return shop


def test_import_and_history(shop: Shop) -> None:
    (record,) = shop.ask("imports")["imports"]
    assert_form(record, RECORD)
    for problem in record["problems"]:
        assert_form(problem, PROBLEM)
    assert datetime.fromisoformat(record["imported_at"]).tzinfo is None
    assert record["rows_read"] == record["rows_loaded"] + record["rows_unchanged"] + record["rows_rejected"] == 3


def test_a_dry_run_has_the_form_of_an_import_and_no_number(shop: Shop, tmp_path: Path) -> None:
    before = shop.ask("imports")
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", ROWS[:1]), "--dry-run")
    assert_form(receipt, {**IMPORT, "import_id": type(None)})
    assert shop.ask("imports") == before


def test_metrics(shop: Shop) -> None:
    document = shop.ask("metrics", "--from", "2024-03-09", "--to", "2024-03-09")
    assert_form(document, {"as_of": str, "from": str, "to": str, "channel": type(None), "metrics": list})
    assert (document["from"], document["to"], document["as_of"]) == ("2024-03-09", "2024-03-09", "2024-03-09")
    assert [metric["metric"] for metric in document["metrics"]] == list(METRICS)
    for metric in document["metrics"]:
        assert_form(metric, METRIC)
        for change in filter(None, (metric["previous"], metric["last_year"])):
            assert_form(change, CHANGE)
    assert any(metric["previous"] for metric in document["metrics"])


def test_metrics_of_one_name(shop: Shop) -> None:
    (revenue,) = shop.ask("metrics", "revenue")["metrics"]
    assert (revenue["value"], revenue["sample_size"], revenue["unit"]) == (31, 2, "money")


@pytest.mark.parametrize("name", list(TABLES))
def test_tables(shop: Shop, name: str) -> None:
    document = shop.ask("table", name)
    assert set(document) == {"columns", "rows"}
    assert document["columns"] == [column.key for column in TABLES[name].columns]
    assert all(len(row) == len(document["columns"]) for row in document["rows"])


def test_a_table_as_csv_has_the_same_cells(shop: Shop, tmp_path: Path) -> None:
    target = tmp_path / "rfm.csv"
    reply = shop.run("table", "rfm", "--csv", target)
    assert (reply.status, reply.out) == (0, b"")
    written = pd.read_csv(target, encoding="utf-8-sig")
    document = shop.ask("table", "rfm")
    assert list(written.columns) == document["columns"]
    assert written["monetary"].tolist() == [row["monetary"] for row in shop.table("rfm")]
    assert shop.run("table", "rfm").out == target.read_bytes()


def test_lists(shop: Shop) -> None:
    document = shop.ask("list", "top_spenders", "--columns", "customer_id,revenue")
    assert set(document) == {"columns", "rows"}
    assert document["columns"] == ["customer_id", "revenue"]


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_answer_is_null_never_nan(tmp_path: Path, kind: Kind) -> None:
    """A shop with one record of a kind has many undefined numbers."""
    row: dict[Kind, Document] = {
        Kind.ORDERS: {"order_id": "a", "ordered_at": "2024-03-05", "quantity": 1, "unit_price": 10},
        Kind.CUSTOMERS: {"customer_id": "c1", "name": "Ann", "joined_at": "2024-03-05"},
        Kind.SURVEY: {"timestamp": "2024-03-05", "How likely are you to recommend us (0-10)?": 9},
        Kind.SERVICE: {"case_id": "1", "email": "ann@example.com", "topic": "Delivery"},
        Kind.ACTIVITY: {"email": "ann@example.com", "action": "click"},
        Kind.CONTACTS: {"email": "ann@example.com", "outcome": "reached"},
    }
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in(kind, write_csv(tmp_path / "file.csv", [row[kind]]))
    if kind not in (Kind.ORDERS, Kind.SURVEY):
        assert shop.run("metrics", "--json").status in (0, 1)
        return
    values = shop.values()
    assert None in values.values()
    assert values["orders" if kind is Kind.ORDERS else "nps_answers"] == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("10.0000"), 10),
        (Decimal("10.50"), 10.5),
        (float("nan"), None),
        (None, None),
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5), "2024-03-05T00:00:00"),
        ([Decimal("1.5"), None], [1.5, None]),
        (Kind.ORDERS, "orders"),
    ],
)
def test_plain_values(value: object, expected: object) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_the_cells_of_a_frame_are_plain_values() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(pd.Series(["2024-03-05", None])),
            "moment": pd.to_datetime(["2024-03-05 10:00", "2024-03-05 11:30"]),
            "count": np.array([3, 4]),
            "share": [0.5, np.nan],
            "flag": [True, False],
            "amounts": [np.array([Decimal("1.5"), None]), None],
        }
    )
    told: Any = table_form(Table("t", tuple(Column(str(name), ColumnKind.TEXT) for name in frame), frame))
    assert told["columns"] == list(frame)
    assert told["rows"] == [
        ["2024-03-05", "2024-03-05T10:00:00", 3, 0.5, True, [1.5, None]],
        [None, "2024-03-05T11:30:00", 4, None, False, None],
    ]
    assert [type(cell) for cell in told["rows"][0][2:5]] == [int, float, bool]


def test_undefined_numbers_cannot_slip_through() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        dumps(float("nan"))
    with pytest.raises(TypeError):
        plain(object())
