"""Published and independently recomputed figures, from the file over the command line to the number (METRICS §9)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.builders import Document, Row, Shop, write_csv

Factory = pytest.TempPathFactory


def shop_with(tmp_path_factory: Factory, kind: str, file: Path, *options: object) -> tuple[Shop, Document]:
    """A new shop and the receipt of its only file."""
    shop = Shop(tmp_path_factory.mktemp("shop") / "huike.duckdb")
    return shop, shop.take_in(kind, file, *options)


def rounded(values: dict[str, Any], expected: dict[str, float], decimals: int) -> dict[str, Any]:
    """The values of the expected keys, rounded as the published figures are."""
    return {key: None if values[key] is None else round(values[key], decimals) for key in expected}


# ---- CDNOW ----


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: Factory) -> Shop:
    shop, receipt = shop_with(tmp_path_factory, "orders", shared_data / "orders" / "cdnow_sample.csv")
    assert (receipt["rows_read"], receipt["orders"], receipt["customers"]) == (6919, 6696, 2357)
    assert receipt["revenue"] == 244091.94
    return shop


def test_cdnow_until_september(cdnow: Shop) -> None:
    found = cdnow.values(as_of="1997-09-30")
    exact = {
        "customers": 2357,
        "repeat_customers": 946,
        "repurchase_orders": 2457,
        "identified_orders": 4814,
        "repurchase_revenue": 95355.60,
        "identified_revenue": 173115.55,
        "repurchase_cycle_p25": 59,
        "repurchase_cycle_median": None,
    }
    assert {key: found[key] for key in exact} == exact
    published = {
        "repurchase_rate": 0.4014,
        "repurchase_order_share": 0.5104,
        "repurchase_revenue_share": 0.5508,
        "top20_revenue_share": 0.6335,
        "repurchase_within_30d": 0.1739,
        "repurchase_within_60d": 0.2550,
        "repurchase_within_90d": 0.2915,
    }
    assert rounded(found, published, 4) == published
    assert rounded(found, {"first_purchase_aov": 0, "repurchase_aov": 0}, 2) == {
        "first_purchase_aov": 32.99,
        "repurchase_aov": 38.81,
    }
    assert round(found["average_repurchase_count"], 3) == 2.597


@pytest.mark.parametrize(("as_of", "share"), [("1997-04-30", 0.2875), ("1998-06-30", 0.2915)])
def test_cdnow_censored_share_hardly_moves(cdnow: Shop, as_of: str, share: float) -> None:
    assert round(cdnow.values("repurchase_within_90d", as_of=as_of)["repurchase_within_90d"], 4) == share


@pytest.mark.parametrize(("as_of", "all_gaps", "first_gap"), [("1997-04-30", 15, 19), ("1998-06-30", 34, 55)])
def test_cdnow_plain_medians_move(cdnow: Shop, as_of: str, all_gaps: int, first_gap: int) -> None:
    """The published 19 → 55 is of the gaps between purchase 1 and 2; the metric takes all consecutive purchases."""
    assert cdnow.values("observed_gap_median", as_of=as_of)["observed_gap_median"] == all_gaps
    sql = f"select median(gap_days) from purchase_mart where purchase_no = 2 and purchased_on <= date '{as_of}'"
    assert cdnow.query(sql) == [(first_gap,)]


def test_cdnow_cohorts(cdnow: Shop) -> None:
    rows = cdnow.table("cohorts", as_of="1998-06-30")
    months = {
        cohort: [row["active_customers"] for row in rows if row["cohort"] == cohort and row["months_since"] <= 3]
        for cohort in ("1997-01-01", "1997-02-01", "1997-03-01")
    }
    assert months == {
        "1997-01-01": [781, 124, 95, 70],
        "1997-02-01": [857, 134, 110, 75],
        "1997-03-01": [719, 87, 84, 78],
    }


# ---- Online Retail ----


def online_retail_rows(shared_data: Path) -> Iterator[Row]:
    with gzip.open(shared_data / "orders" / "online_retail.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


@pytest.fixture(scope="module")
def uci_filtered(shared_data: Path, tmp_path_factory: Factory) -> Shop:
    """Lines with a customer, a positive quantity and price, not cancelled."""
    kept = [
        row
        for row in online_retail_rows(shared_data)
        if row["CustomerID"]
        and int(row["Quantity"]) > 0
        and float(row["UnitPrice"]) > 0
        and not row["InvoiceNo"].startswith("C")
    ]
    file = write_csv(tmp_path_factory.mktemp("uci") / "filtered.csv", kept)
    shop, receipt = shop_with(tmp_path_factory, "orders", file)
    assert (receipt["rows_loaded"], receipt["orders"], receipt["customers"]) == (397884, 18532, 4338)
    return shop


def test_online_retail_filtered(uci_filtered: Shop) -> None:
    found = uci_filtered.values()
    exact = {
        "orders": 18532,
        "customers": 4338,
        "repeat_customers": 2790,
        "repurchase_orders": 13927,
        "repurchase_cycle_p25": 40,
        "repurchase_cycle_median": 104,
    }
    assert {key: found[key] for key in exact} == exact
    assert round(found["revenue"], 2) == 8911407.90
    published = {
        "repurchase_rate": 0.6432,
        "repurchase_order_share": 0.7515,
        "top20_revenue_share": 0.7462,
        "repurchase_within_90d": 0.4599,
    }
    assert rounded(found, published, 4) == published


def test_online_retail_customers_with_two_orders(uci_filtered: Shop) -> None:
    found = uci_filtered.query(
        "select count(*) from (select customer_id from order_mart where is_counted group by customer_id "
        "having count(*) >= 2)"
    )
    assert found == [(2845,)]


def test_online_retail_repurchased_products(uci_filtered: Shop) -> None:
    rows = {row["product"]: row for row in uci_filtered.table("top_repurchased_products")}
    columns = ("buyers", "repurchasers", "repurchase_purchases")
    assert {product: [rows[product][column] for column in columns] for product in ("85123A", "22423", "85099B")} == {
        "85123A": [856, 405, 1092],
        "22423": [881, 328, 811],
        "85099B": [635, 311, 953],
    }


def test_online_retail_raw_twice_and_undone(shared_data: Path, tmp_path_factory: Factory) -> None:
    file = shared_data / "orders" / "online_retail.csv.gz"
    shop, receipt = shop_with(tmp_path_factory, "orders", file)
    assert (receipt["rows_read"], receipt["rows_loaded"], receipt["rows_rejected"]) == (541909, 541909, 0)
    first, marts = shop.metrics(), shop.fingerprints()
    counts = {"orders": 19960, "identified_orders": 18532, "customers": 4338}
    assert {key: first[key]["value"] for key in counts} == counts
    assert round(first["revenue"]["value"], 2) == 9747747.93

    again = shop.take_in("orders", file)
    assert (again["rows_loaded"], again["rows_unchanged"], again["rows_rejected"]) == (0, 541909, 0)
    assert shop.metrics() == first
    assert shop.fingerprints() == marts

    shop.undo(again["import_id"])
    assert shop.fingerprints() == marts
    shop.undo(receipt["import_id"])
    assert {rows for rows, _ in shop.fingerprints().values()} == {0}
    empty = shop.ask("metrics")
    assert [empty["as_of"], empty["from"], empty["to"]] == [None, None, None]
    values = {metric["metric"]: metric["value"] for metric in empty["metrics"]}
    assert [values[key] for key in ("revenue", "orders", "customers", "repurchase_rate", "nps")] == [
        0,
        0,
        0,
        None,
        None,
    ]
    assert shop.table("rfm") == []


# ---- the other real files of orders ----


@pytest.mark.parametrize(
    ("name", "rows", "orders", "customers", "revenue", "sheet"),
    [
        ("superstore.xls", 9994, 5009, 793, 2297200.86, "Orders"),
        ("superstore_tw.xlsx", 10933, 5397, 795, 3566440.06, "訂單"),
        ("rfm_data_orders.csv", 4906, None, 995, 464158, None),
        ("CDNOW_master.txt", 69659, None, 23570, 2500315.63, None),
    ],
)
def test_other_orders(
    shared_data: Path,
    tmp_path: Path,
    name: str,
    rows: int,
    orders: int | None,
    customers: int,
    revenue: float,
    sheet: str | None,
) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    receipt = shop.take_in("orders", shared_data / "orders" / name)
    assert (receipt["rows_read"], receipt["rows_loaded"], receipt["sheet"]) == (rows, rows, sheet)
    assert orders is None or receipt["orders"] == orders
    assert receipt["customers"] == customers
    found = shop.values("customers", "revenue")
    assert (found["customers"], round(found["revenue"], 2)) == (customers, revenue)


# ---- surveys ----


def test_conference_survey(shared_data: Path, tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    receipt = shop.take_in("survey", shared_data / "surveys" / "conference_google_forms.csv")
    assert receipt["platform"] == "google_forms"
    found = shop.values("nps", "nps_answers", "nps_promoters", "nps_detractors")
    assert (found["nps_answers"], found["nps_promoters"], found["nps_detractors"]) == (39, 8, 22)
    assert round(found["nps"], 1) == -35.9


def test_garden_centre_survey(shared_data: Path, tmp_path: Path) -> None:
    """A survey without days and people, in two encodings at once."""
    shop = Shop(tmp_path / "huike.duckdb")
    receipt = shop.take_in("survey", shared_data / "surveys" / "garden_centre_nps_mixed_encoding.csv")
    assert receipt["rows_loaded"] == 13954
    counts = dict(shop.query("select attitude, count(*) from answer_mart where nps is not null group by attitude"))
    assert counts == {"promoter": 8465, "passive": 3953, "detractor": 1194}


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "nps", "low", "high", "decimals"),
    [(10, 5, 5, 25, -11.7, 55.2, 1), (50, 30, 20, 30, 14.05, 44.20, 2), (5, 0, 0, 100, 17.5, 100, 1)],
)
def test_nps_interval(
    tmp_path: Path, promoters: int, passives: int, detractors: int, nps: float, low: float, high: float, decimals: int
) -> None:
    scores = [10] * promoters + [7] * passives + [0] * detractors
    rows: list[Row] = [
        {"時間戳記": f"2024-03-{1 + no % 28:02d} 10:00:{no % 60:02d}", "推薦分數 0-10": s}
        for no, s in enumerate(scores)
    ]
    shop = Shop(tmp_path / "huike.duckdb")
    receipt = shop.take_in("survey", write_csv(tmp_path / "survey.csv", rows), "--mapping", nps_mapping(tmp_path))
    assert receipt["answers"] == len(scores)
    found = shop.metrics("nps")["nps"]
    assert (found["value"], found["sample_size"]) == (nps, len(scores))
    assert (round(found["low"], decimals), round(found["high"], decimals)) == (low, high)


def nps_mapping(folder: Path) -> Path:
    path = folder / "nps.toml"
    path.write_text('kind = "survey"\n[columns]\nsubmitted_at = "時間戳記"\nnps = "推薦分數 0-10"\n', encoding="utf-8")
    return path


# ---- platform samples, with no mapping given ----


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> Document:
    found: Document = json.loads((shared_data / "format_samples" / "expected.json").read_text(encoding="utf-8"))
    return found


NAMES = {  # of expected.json → of the receipt
    "rows": "rows_read",
    "orders": "orders",
    "lines": "lines",
    "buyers": "customers",
    "unique_people": "customers",
    "cancelled": "cancelled",
    "refunded": "refunded",
    "gift_lines": "gift_lines",
    "sum_paid_all_orders": "paid_all",
    "sum_paid_not_cancelled": "paid_not_cancelled",
    "sum_order_total": "paid_all",
    "sum_total": "paid_all",
    "net_paid_minus_refund": "paid_net",
    "net": "paid_net",
    "sheet": "sheet",
    "kind": "kind",
    "responses": "answers",
}

GOODS = {  # revenue in goods: shipping is none, refunds lower it; and the orders of nobody
    "shopee_orders_plain.xlsx": (2210, 0),
    "shopline_orders_20240331.xls": (1280, 0),
    "orders_export.csv": (2150, 1),
}


@pytest.mark.parametrize(
    ("kind", "name", "platform"),
    [
        ("orders", "shopee_orders_plain.xlsx", "shopee_orders"),
        ("orders", "shopline_orders_20240331.xls", "shopline_orders"),
        ("orders", "orders_export.csv", "shopify_orders"),
        ("customers", "shopline_customers.csv", "shopline_customers"),
        ("customers", "customers_export.csv", "shopify_customers"),
        ("survey", "問卷回覆.csv", "google_forms"),
        ("survey", "表單回覆_from_sheets.xlsx", "google_forms"),
    ],
)
def test_platform_samples(
    shared_data: Path, tmp_path: Path, expected: Document, kind: str, name: str, platform: str
) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    receipt = shop.take_in(kind, shared_data / "format_samples" / name)
    assert receipt["platform"] == platform
    facts = {key: value for key, value in expected[name].items() if key in NAMES}
    assert {key: receipt[NAMES[key]] for key in facts} == facts
    assert receipt["rows_loaded"] == receipt["rows_read"]
    if kind == "orders":
        assert (receipt["revenue"], receipt["anonymous"]) == GOODS[name]
        assert shop.values("revenue")["revenue"] == receipt["revenue"]
    if kind == "survey":
        assert_answers(shop, expected[name])


def assert_answers(shop: Shop, expected: Document) -> None:
    """Times are shop time in the database, and the answers keep their order."""
    rows = shop.query("select submitted_at, nps from answer_mart order by answered_on, nps is null, submitted_at desc")
    times = sorted(f"{submitted_at.isoformat()}+08:00" for submitted_at, _ in rows)
    assert times == sorted(expected["timestamps"])
    scores = [nps for _, nps in rows if nps is not None]
    assert sorted(scores) == sorted(expected["nps_answers"])
    assert round(shop.values("nps")["nps"], 1) == expected["nps"]


def test_a_locked_shopee_file_asks_for_its_password(shared_data: Path, tmp_path: Path, expected: Document) -> None:
    shop, file = Shop(tmp_path / "huike.duckdb"), "Order.all.20240301_20240331.xlsx"
    refused = shop.run("import", "orders", shared_data / "format_samples" / file, "--json")
    assert refused.status == 1
    assert "password" in refused.document["error"]
    receipt = shop.take_in("orders", shared_data / "format_samples" / file, "--password", "000123")
    facts = expected[f"{file} (password 000123)"]
    assert (receipt["orders"], receipt["lines"], receipt["cancelled"]) == (4, 5, 1)
    assert receipt["paid_all"] == facts["sum_paid_all_orders"]
