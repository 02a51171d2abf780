"""Random shops, written as real files and taken in over the command line, against the independent oracle."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_core.db import Database
from crm_core.metrics.measure import measure
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests import oracle
from tests.core import builders
from tests.core.builders import CHANNELS, DAYS, FIRST_DAY, Document, Shop

SETTINGS = ShopSettings()
LAST_DAY = FIRST_DAY + timedelta(days=DAYS)


def shop_of(folder: Path, rows: Sequence[Document], answers: Sequence[Document]) -> Shop:
    """A shop that took in the rows as an order file and the answers as a survey file."""
    shop = Shop(folder / "huike.duckdb")
    files: list[tuple[Kind, list[Document]]] = [
        (Kind.ORDERS, [builders.order_cells(row) for row in rows]),
        (Kind.SURVEY, [builders.answer_cells(no, answer) for no, answer in enumerate(answers)]),
    ]
    for kind, cells in files:
        file = builders.write_csv(folder / f"{kind}.csv", cells, builders.COLUMNS[kind])
        receipt = shop.take_in(kind, file, "--mapping", builders.mapping_file(folder, kind))
        assert (receipt["rows_loaded"], receipt["rows_rejected"]) == (len(cells), 0)
    return shop


def random_params(chance: random.Random, channel: str | None) -> Params:
    start = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    as_of = start + timedelta(days=chance.randrange(90))
    return Params(as_of, Period(start, start + timedelta(days=chance.randrange(60))), channel)


def comparable(figures: oracle.Figures) -> dict[str, Any]:
    return {key: None if value is None else pytest.approx(value) for key, value in figures.items()}


def rfm_values(orders: pd.DataFrame, as_of: date) -> dict[str, tuple[int, int, Decimal]]:
    """Customer → recency in days, number of days with a purchase, money less stand-alone returns (METRICS §5)."""
    known = orders[orders["customer"].notna() & (orders["day"] <= as_of)]
    found = {}
    for customer, own in known.groupby("customer"):
        days = set(own["day"][own["counted"]])
        money = sum(own["net"][own["counted"] | own["adjustment"]], Decimal(0))
        if days:
            found[str(customer)] = ((as_of - max(days)).days, len(days), money)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_random_shop_has_the_figures_of_the_oracle(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows, answers = builders.random_orders(chance), builders.random_answers(chance)
    shop = shop_of(tmp_path, rows, answers)
    documents = oracle.documents(rows)
    database = Database(shop.path)
    with database.cursor() as cursor:
        for channel in (None, *CHANNELS, None):
            params = random_params(chance, channel)
            start, end, as_of = params.period.start, params.period.end, params.as_of
            expected = {
                **oracle.sales(documents, start, end, as_of, channel),
                **oracle.repurchase(documents, as_of, channel),
                **oracle.voice(answers, start, min(end, as_of), channel),
            }
            found = measure(cursor, list(expected), params, SETTINGS)
            values = {key: None if found[key].value is None else float(str(found[key].value)) for key in expected}
            assert values == comparable(expected)
        params = Params(LAST_DAY, Period(FIRST_DAY, LAST_DAY))
        frame = table(cursor, "rfm", params, SETTINGS).frame
    database.close()
    columns = ["recency_days", "frequency", "monetary"]
    scored = {builders.customer_of(str(row["customer_id"])): tuple(row[columns]) for _, row in frame.iterrows()}
    expected_rfm = rfm_values(documents, LAST_DAY)
    assert scored == {c: (r, f, pytest.approx(float(m))) for c, (r, f, m) in expected_rfm.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_command_line_says_what_the_oracle_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(100 + seed)
    rows, answers = builders.random_orders(chance, 40), builders.random_answers(chance, 20)
    shop, documents = shop_of(tmp_path, rows, answers), oracle.documents(rows)
    start, end = date(2024, 2, 1), date(2024, 4, 30)
    expected = {
        **oracle.sales(documents, start, end, end),
        **oracle.repurchase(documents, end),
        **oracle.voice(answers, start, end),
    }
    found = shop.values(start=start, end=end, as_of=end)
    assert {key: found[key] for key in expected} == comparable(expected)


def test_the_receipt_says_what_was_loaded(tmp_path: Path) -> None:
    rows = builders.random_orders(random.Random(7))
    cells = [builders.order_cells(row) for row in rows]
    file = builders.write_csv(tmp_path / "orders.csv", cells, builders.ORDER_COLUMNS)
    shop, documents = Shop(tmp_path / "huike.duckdb"), oracle.documents(rows)
    receipt = shop.take_in("orders", file, "--mapping", builders.mapping_file(tmp_path, Kind.ORDERS))
    assert receipt["orders"] == len(documents)
    assert receipt["customers"] == documents["customer"].nunique()
    moving = documents[documents["counted"] | documents["adjustment"]]
    assert receipt["revenue"] == pytest.approx(float(sum(moving["net"], Decimal(0))))
    assert receipt["anonymous"] == int((documents["counted"] & documents["customer"].isna()).sum())
    assert receipt["cancelled"] == len({row["order_id"] for row in rows if row["status"] == "cancelled"})
    assert (receipt["first_day"], receipt["last_day"]) == (
        min(documents["day"]).isoformat(),
        max(documents["day"]).isoformat(),
    )
