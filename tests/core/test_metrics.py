"""Every metric and table: known answers on real data, an independent oracle on random shops, hand-checkable rows."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest

from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams, UnknownName
from crm_core.i18n import Translator, languages
from crm_core.metrics.docs import metrics_page
from crm_core.metrics.measure import (
    BY_CHANNEL,
    breakdown,
    compare,
    default_params,
    measure,
    trend,
)
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import Computed, Table
from crm_core.metrics.tables import TABLES, table
from crm_core.params import Granularity, Params, Period
from crm_core.settings import ShopSettings
from tests import oracle
from tests.shop_rows import Line, Record, fill_marts, insert

SETTINGS = ShopSettings()
CHANNELS = ("web", "shopee", "store")
FIRST_DAY = date(2024, 1, 1)
DAYS = 150


@contextmanager
def shop(rows: Sequence[Line], answers: Sequence[Record] = ()) -> Iterator[Cursor]:
    """A cursor on a fresh shop with these rows."""
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "shop.duckdb")
        with database.write() as cursor:
            fill_marts(cursor, rows, answers)
        with database.cursor() as cursor:
            yield cursor
        database.close()


def line(order_id: str, customer: str | None, on: str | date, price: float = 100, **others: Any) -> Line:
    """One line of a web order, valid unless told otherwise."""
    at = datetime.fromisoformat(str(on))
    plain = {"channel": "web", "status": "valid", "qty": 1, "refund": Decimal(0), "sku": "tea"}
    return {
        "order_id": order_id,
        "customer": customer,
        "ordered_at": at,
        "price": Decimal(str(price)),
        **plain,
        **others,
    }


def random_rows(chance: random.Random, orders: int = 120) -> list[Line]:
    """A shop with cancellations, refunds, same-day orders, anonymous orders, free lines and stand-alone returns."""
    rows: list[Line] = []
    for no in range(orders):
        at = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(minutes=chance.randrange(DAYS * 1440))
        customer = chance.choice([None, *(f"c{number}" for number in range(25))])
        head: Line = {
            "order_id": f"o{no:04}",
            "customer": customer,
            "ordered_at": at,
            "channel": chance.choice(CHANNELS),
            "status": chance.choice(["valid"] * 6 + ["cancelled"]),
        }
        is_return = chance.random() < 0.08
        lines = [
            {
                **head,
                "qty": -1 if is_return or chance.random() < 0.05 else chance.randint(1, 3),
                "price": Decimal(chance.choice([0, 90, 125.5, 300])),
                "sku": f"sku{chance.randrange(6)}",
            }
            for _ in range(chance.randint(1, 3))
        ]
        goods = sum((entry["qty"] * entry["price"] for entry in lines), Decimal(0))
        refund = chance.choice([0, 0, 0, 0, 1, 2]) * goods / 2 if goods > 0 else Decimal(0)
        rows.extend({**entry, "refund": refund} for entry in lines)
        if chance.random() < 0.2:  # the same customer again, later the same day
            rows.append(line(f"s{no:04}", customer, at.date(), 50, channel=chance.choice(CHANNELS)))
    return rows


def random_answers(chance: random.Random, count: int = 80) -> list[Record]:
    answers = []
    for _ in range(count):
        score = chance.choice([None, *range(11)])
        answers.append(
            {
                "customer": chance.choice([None, *(f"c{number}" for number in range(15))]),
                "at": datetime(2024, 1, 1, 12) + timedelta(days=chance.randrange(DAYS), hours=chance.randrange(3)),
                "nps": score,
                "text": chance.choice([None, "11", "n/a"]) if score is None else str(score),
                "channel": chance.choice(CHANNELS),
                "recommended": chance.choice([None, True, False]),
            }
        )
    return answers


def agrees(found: dict[str, Any], expected: oracle.Figures) -> None:
    values = {key: None if found[key].value is None else float(found[key].value) for key in expected}
    assert values == {key: None if value is None else pytest.approx(value) for key, value in expected.items()}


def random_period(chance: random.Random) -> Period:
    start = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    return Period(start, start + timedelta(days=chance.randrange(60)))


@pytest.mark.parametrize("seed", range(6))
def test_all_metrics_agree_with_the_oracle_on_random_shops(seed: int) -> None:
    chance = random.Random(seed)
    rows, answers = random_rows(chance), random_answers(chance)
    documents = oracle.documents(rows)
    with shop(rows, answers) as cursor:
        for channel in (None, *CHANNELS):
            period = random_period(chance)
            as_of = period.start + timedelta(days=chance.randrange(90))
            params = Params(as_of, period, channel)
            expected = oracle.sales(documents, period.start, period.end, as_of, channel)
            agrees(measure(cursor, list(expected), params, SETTINGS), expected)
            expected = oracle.repurchase(documents, as_of, channel)
            agrees(measure(cursor, list(expected), params, SETTINGS), expected)
            expected = oracle.voice(answers, period.start, min(period.end, as_of), channel)
            agrees(measure(cursor, list(expected), params, SETTINGS), expected)


@pytest.mark.parametrize("granularity", Granularity)
def test_a_bucket_of_a_trend_is_the_measure_of_its_days(granularity: Granularity) -> None:
    chance = random.Random(7)
    rows, answers = random_rows(chance, 60), random_answers(chance)
    keys = [key for key, metric in METRICS.items() if metric.section in ("sales", "voice")]
    params = Params(date(2024, 3, 20), Period(date(2024, 1, 10), date(2024, 4, 10)))
    with shop(rows, answers) as cursor:
        found = trend(cursor, keys, params, granularity, SETTINGS)
        buckets = [(point.start, point.end) for point in found["orders"]]
        assert buckets[0][0] == params.period.start
        assert buckets[-1][1] == params.as_of
        for no in (0, 1, len(buckets) // 2, len(buckets) - 1):
            whole = measure(cursor, keys, params.with_period(Period(*buckets[no])), SETTINGS)
            assert {key: found[key][no].reading for key in keys} == whole


def test_the_trend_of_customer_numbers_groups_by_first_purchase() -> None:
    rows = [
        line("1", "a", "2024-01-05"),
        line("2", "a", "2024-02-05"),
        line("3", "b", "2024-01-20"),
        line("4", "c", "2024-02-10"),
    ]
    params = Params(date(2024, 3, 31), Period(date(2024, 1, 1), date(2024, 3, 31)))
    with shop(rows) as cursor:
        found = trend(cursor, ["repurchase_rate", "repurchase_within_30d"], params, Granularity.MONTH, SETTINGS)
    assert [point.reading.value for point in found["repurchase_rate"]] == [0.5, 0, None]
    assert [point.reading.value for point in found["repurchase_within_30d"]] == [0, 0, None]


@pytest.mark.parametrize("seed", range(3))
def test_a_group_of_a_breakdown_is_the_measure_of_that_channel(seed: int) -> None:
    chance = random.Random(seed)
    keys = [key for key, metric in METRICS.items() if not isinstance(metric.estimator, Computed)]
    params = Params(date(2024, 4, 20), Period(date(2024, 1, 10), date(2024, 4, 10)))
    with shop(random_rows(chance, 60), random_answers(chance)) as cursor:
        found = breakdown(cursor, keys, params, BY_CHANNEL, SETTINGS)
        for channel in CHANNELS:
            whole = measure(cursor, keys, Params(params.as_of, params.period, channel), SETTINGS)
            assert {key: found[key].get(channel, whole[key]) for key in keys} == whole


def test_row_order_changes_nothing() -> None:
    chance = random.Random(4)
    rows, answers = random_rows(chance), random_answers(chance)
    params = Params(date(2024, 5, 1), Period(FIRST_DAY, date(2024, 5, 1)))
    mixed = [row for order in _shuffled_orders(rows, chance) for row in order]
    with shop(rows, answers) as one, shop(mixed, answers) as other:
        assert measure(one, list(METRICS), params, SETTINGS) == measure(other, list(METRICS), params, SETTINGS)
        for name in TABLES:
            pd.testing.assert_frame_equal(
                table(one, name, params, SETTINGS).frame, table(other, name, params, SETTINGS).frame
            )


def _shuffled_orders(rows: list[Line], chance: random.Random) -> list[list[Line]]:
    by_order: dict[str, list[Line]] = {}
    for row in rows:
        by_order.setdefault(row["order_id"], []).append(row)
    orders = list(by_order.values())
    chance.shuffle(orders)
    return orders


# Known answers on the CDNOW sample (METRICS §9): a customer-day is an order, and its amount may be 0.


@pytest.fixture(scope="module")
def cdnow() -> Iterator[Cursor]:
    file = Path(__file__).parents[2].parent / "shared" / "data" / "orders" / "cdnow_sample.csv"
    if not file.is_file():
        pytest.skip("the CDNOW sample (../shared/data) is not on this machine")
    with file.open(encoding="utf-8") as handle:
        rows = [
            line(
                f"{row['customer_id']} {row['ordered_on']}",
                row["customer_id"],
                row["ordered_on"],
                float(row["amount"]),
                is_priced=False,
            )
            for row in csv.DictReader(handle)
        ]
    with shop(rows) as cursor:
        yield cursor


def cdnow_params(as_of: date) -> Params:
    return Params(as_of, Period(date(1997, 1, 1), as_of))


def test_cdnow_until_september(cdnow: Cursor) -> None:
    found = measure(cdnow, list(METRICS), cdnow_params(date(1997, 9, 30)), SETTINGS)
    value = {key: reading.value for key, reading in found.items()}
    counts = ("customers", "repeat_customers", "repurchase_orders", "identified_orders")
    assert [value[key] for key in counts] == [2357, 946, 2457, 4814]
    assert value["repurchase_revenue"] == Decimal("95355.60")
    assert value["identified_revenue"] == Decimal("173115.55")
    rounded = {
        "repurchase_rate": 0.4014,
        "repurchase_order_share": 0.5104,
        "repurchase_revenue_share": 0.5508,
        "first_purchase_aov": 32.9911,
        "repurchase_aov": 38.8098,
        "average_repurchase_count": 2.5973,
        "repurchase_within_30d": 0.1739,
        "repurchase_within_60d": 0.2550,
        "repurchase_within_90d": 0.2915,
        "top20_revenue_share": 0.6335,
    }
    assert {key: pytest.approx(value[key], abs=6e-5) for key in rounded} == rounded
    assert value["repurchase_cycle_p25"] == 59
    assert value["repurchase_cycle_median"] is None
    assert value["repurchase_within_365d"] is None


@pytest.mark.parametrize(("as_of", "share"), [(date(1997, 4, 30), 0.2875), (date(1998, 6, 30), 0.2915)])
def test_the_censored_estimate_hardly_moves_as_time_passes(cdnow: Cursor, as_of: date, share: float) -> None:
    found = measure(cdnow, ["repurchase_within_90d"], cdnow_params(as_of), SETTINGS)["repurchase_within_90d"]
    assert found.value == pytest.approx(share, abs=6e-5)


def test_cdnow_cohorts(cdnow: Cursor) -> None:
    frame = table(cdnow, "cohorts", cdnow_params(date(1998, 6, 30)), SETTINGS).frame
    active = frame[frame["months_since"] <= 3].groupby("cohort")["active_customers"].agg(list)
    assert list(active) == [[781, 124, 95, 70], [857, 134, 110, 75], [719, 87, 84, 78]]
    assert frame["is_complete"].all()
    last = frame[frame["months_since"] == frame.groupby("cohort")["months_since"].transform("max")]
    total = (last["cumulative_revenue_per_customer"] * last["customers"]).sum()
    assert total == pytest.approx(244091.94, abs=0.01)


def test_a_product_that_everyone_buys_has_the_cycle_of_the_shop(cdnow: Cursor) -> None:
    params = cdnow_params(date(1997, 9, 30))
    only = table(cdnow, "top_repurchased_products", params, SETTINGS).frame.iloc[0]
    assert (only["buyers"], only["repurchasers"], only["repurchase_purchases"]) == (2357, 946, 2457)
    assert only["cycle_p25"] == 59
    first = table(cdnow, "first_purchase_products", params, SETTINGS).frame.iloc[0]
    assert (first["lift"], first["return_rate"]) == (1, first["shop_rate"])


def test_the_curve_is_the_one_behind_the_metrics(cdnow: Cursor) -> None:
    params = cdnow_params(date(1997, 9, 30))
    curve = table(cdnow, "repurchase_curve", params, SETTINGS).frame.set_index("days")
    found = measure(cdnow, ["repurchase_within_90d"], params, SETTINGS)["repurchase_within_90d"]
    assert tuple(curve.loc[90, ["share", "low", "high"]]) == (found.value, found.low, found.high)
    assert curve["share"][58] < 0.25 <= curve["share"][59]
    assert curve.index[-1] == 272


# Hand-checkable rows.


def test_a_customer_of_another_channel_is_not_new() -> None:
    rows = [line("1", "a", "2024-01-02", channel="store"), line("2", "a", "2024-02-02"), line("3", "b", "2024-02-03")]
    params = Params(date(2024, 2, 29), Period(date(2024, 2, 1), date(2024, 2, 29)), "web")
    with shop(rows) as cursor:
        found = measure(cursor, ["customers", "new_customers", "returning_customers"], params, SETTINGS)
    assert [reading.value for reading in found.values()] == [2, 1, 1]


def test_the_first_day_of_a_period_is_in_it() -> None:
    rows = [line("1", "a", "2024-02-01"), line("2", "a", "2024-02-10"), line("3", "b", "2024-01-31")]
    for channel in (None, "web"):
        params = Params(date(2024, 2, 29), Period(date(2024, 2, 1), date(2024, 2, 29)), channel)
        with shop(rows) as cursor:
            found = measure(cursor, ["customers", "new_customers", "orders"], params, SETTINGS)
        assert [reading.value for reading in found.values()] == [1, 1, 2]


def test_who_comes_back_on_the_as_of_date_is_back() -> None:
    as_of = date(2024, 2, 10)
    with shop([line("1", "a", "2024-02-01"), line("2", "a", "2024-02-10"), line("3", "b", "2024-01-01")]) as cursor:
        curve = table(cursor, "repurchase_curve", Params(as_of, Period(as_of, as_of)), SETTINGS).frame
    assert list(curve["returned"]) == [0] * 9 + [1] + [0] * 31
    assert list(curve["share"].iloc[[8, 9, 40]]) == [0, 0.5, 0.5]


def test_buying_twice_in_a_month_is_one_active_customer() -> None:
    rows = [line(str(no), "a", day) for no, day in enumerate(("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"))]
    params = Params(date(2024, 3, 31), Period(date(2024, 3, 1), date(2024, 3, 31)))
    with shop(rows) as cursor:
        frame = table(cursor, "cohorts", params, SETTINGS).frame
    assert list(frame["active_customers"]) == [1, 1, 1]
    assert list(frame["revenue"]) == [100, 200, 100]


# Tables with a row for every score, segment, stage or side, also where nobody is in it.
FIXED_ROWS = {"nps_distribution", "nps_trend", "segments", "rfm_map", "rfm_migration", "life_cycle", "journey_stages"}
FIXED_ROWS |= {"tier_what_if", "product_segments"}


def test_ratios_without_a_denominator_are_undefined_and_sums_are_zero() -> None:
    params = Params(date(2024, 2, 29), Period(date(2024, 2, 1), date(2024, 2, 29)))
    with shop([]) as cursor:
        found = measure(cursor, list(METRICS), params, SETTINGS)
        assert default_params(cursor, SETTINGS) is None
        empty = [name for name in TABLES if name not in FIXED_ROWS]
        for name in empty:
            frame = table(cursor, name, params, SETTINGS).frame
            assert frame.empty or name.endswith(("_week", "_month"))
    assert found["revenue"].value == 0
    assert found["orders"].value == 0
    for key in ("average_order_value", "repurchase_rate", "nps", "repurchase_within_30d", "repurchase_cycle_p25"):
        assert found[key].value is None
        assert found[key].is_thin


def test_changes_against_the_previous_period_and_last_year() -> None:
    rows = [
        line("0", "a", "2023-02-06", 50),
        line("1", "a", "2024-01-29", 80),
        line("2", "b", "2024-02-05", 100),
        line("3", "a", "2024-02-06", 100),
    ]
    week = Params(date(2024, 2, 11), Period(date(2024, 2, 5), date(2024, 2, 11)))
    elsewhere = ShopSettings(country="GB")  # where the week is not that of Lunar New Year
    with shop(rows) as cursor:
        found = compare(cursor, ["revenue", "repurchase_order_share", "repurchase_rate", "nps"], week, elsewhere)
        first = compare(
            cursor, ["revenue"], Params(date(2023, 2, 12), Period(date(2023, 2, 6), date(2023, 2, 12))), elsewhere
        )
    revenue = found["revenue"]
    assert revenue.previous is not None
    assert revenue.last_year is not None
    assert (revenue.previous.absolute, revenue.previous.relative) == (120, 1.5)
    assert revenue.last_year.period == Period(date(2023, 2, 6), date(2023, 2, 12))
    assert (revenue.last_year.absolute, revenue.last_year.relative) == (150, 3)
    share = found["repurchase_order_share"].previous
    assert share is not None
    assert share.absolute == -0.5
    rate = found["repurchase_rate"].last_year
    assert rate is not None
    assert (rate.reading.value, rate.absolute) == (0, 0.5)
    assert found["nps"].previous is None
    assert first["revenue"].previous is None


def test_a_refund_lowers_its_order_and_a_return_its_own_day() -> None:
    rows = [
        line("1", "a", "2024-01-10", 100, refund=Decimal(30)),
        line("2", "a", "2024-01-20", 40, qty=-1),
        line("3", "a", "2024-01-25", 60, refund=Decimal(60)),
        line("4", None, "2024-01-11", 10),
    ]
    params = Params(date(2024, 1, 31), Period(date(2024, 1, 1), date(2024, 1, 31)))
    with shop(rows) as cursor:
        found = measure(cursor, ["revenue", "orders", "adjustment_revenue", "repurchase_rate"], params, SETTINGS)
        cohort = table(cursor, "cohorts", params, SETTINGS).frame.iloc[0]
    assert [reading.value for reading in found.values()] == [40, 2, -40, 0]
    assert (cohort["revenue"], cohort["cumulative_revenue_per_customer"]) == (30, 30)


def test_the_month_that_has_not_ended_is_incomplete_not_a_fall() -> None:
    rows = [line("1", "a", "2024-01-10"), line("2", "b", "2024-01-11"), line("3", "a", "2024-03-02")]
    params = Params(date(2024, 3, 30), Period(date(2024, 1, 1), date(2024, 3, 30)))
    with shop(rows) as cursor:
        frame = table(cursor, "cohorts", params, SETTINGS).frame
        months = table(cursor, "repurchase_by_month", params, SETTINGS).frame
    assert list(frame["active_customers"]) == [2, 0, 1]
    assert list(frame["is_complete"]) == [True, True, False]
    assert frame["share"].isna().tolist() == [False, False, True]
    assert frame["share"][1] == 0
    assert list(months["is_complete"]) == [True, True, False]
    assert months["repurchase_order_share_change"].isna().all()


def test_product_rankings_and_their_orders() -> None:
    rows = [
        *(line(f"a{no}", f"a{no}", "2024-01-01", 10, sku="few") for no in range(3)),
        *(line(f"b{no}", f"a{no}", "2024-01-11", 10, sku="few") for no in range(2)),
        *(line(f"c{no:02}", f"c{no:02}", "2024-01-01", 1, sku="many") for no in range(40)),
        *(line(f"d{no:02}", f"c{no:02}", "2024-01-21", 1, sku="many") for no in range(20)),
        line("e", None, "2024-01-05", 1000, sku="many"),
    ]
    params = Params(date(2024, 6, 30), Period(date(2024, 1, 1), date(2024, 6, 30)))
    with shop(rows) as cursor:
        by_people = table(cursor, "top_repurchased_products", params, SETTINGS).frame
        by_rate = table(cursor, "top_repurchased_products", params, SETTINGS, order="rate", limit=1).frame
    assert list(by_people["product"]) == ["many", "few"]
    assert list(by_people["repurchase_rate"]) == [0.5, pytest.approx(2 / 3)]
    assert list(by_people["revenue"]) == [1060, 50]
    assert list(by_people["cycle_p25"]) == [20, 10]
    assert list(by_people["observed_gap_median"]) == [20, 10]
    assert list(by_rate["product"]) == ["many"]


@pytest.mark.parametrize("seed", range(3))
def test_products_agree_with_the_oracle(seed: int) -> None:
    rows, as_of = random_rows(random.Random(seed), 200), date(2024, 4, 30)
    params = Params(as_of, Period(FIRST_DAY, as_of))
    with shop(rows) as cursor:
        frame = table(cursor, "top_repurchased_products", params, SETTINGS).frame.set_index("product")
        first = table(cursor, "first_purchase_products", params, SETTINGS, window_days=20).frame.set_index("product")
    documents = oracle.documents(rows).set_index("order_id")
    bought: dict[str, dict[str, set[date]]] = {}
    for row in rows:
        order = documents.loc[row["order_id"]]
        is_sale = row["qty"] > 0 and row["price"] > 0
        if bool(order["counted"]) and row["customer"] is not None and is_sale and order["day"] <= as_of:
            bought.setdefault(row["sku"], {}).setdefault(row["customer"], set()).add(row["ordered_at"].date())
    days = oracle.purchase_days(documents.reset_index(), as_of)
    assert set(frame.index) == set(bought)
    for sku, buyers in bought.items():
        waits, came = [], []
        for own in map(sorted, buyers.values()):
            waits.append(((own[1] if len(own) > 1 else as_of) - own[0]).days)
            came.append(len(own) > 1)
        expected = [len(buyers), sum(came), sum(len(own) - 1 for own in buyers.values())]
        assert list(frame.loc[sku, ["buyers", "repurchasers", "repurchase_purchases"]]) == expected
        cycle = float(frame["cycle_p25"][sku])
        assert (None if isnan(cycle) else cycle) == oracle.day_reaching(waits, came, 0.25)
        starters = [days[customer] for customer, own in buyers.items() if days[customer][0] in own]
        mature = [own for own in starters if (as_of - own[0]).days >= 20]
        returned = sum(len(own) > 1 and (own[1] - own[0]).days <= 20 for own in mature)
        if starters:
            counts = first.loc[sku, ["buyers", "mature_buyers", "returned"]]
            assert list(counts) == [len(starters), len(mature), returned]


def test_the_weeks_add_up_and_know_last_year() -> None:
    rows = [
        line("1", "a", "2023-03-08", 30),
        line("2", "a", "2024-03-06", 70),
        line("3", None, "2024-03-06", 5),
        line("4", "b", "2024-03-13", 9),
    ]
    params = Params(date(2024, 3, 17), Period(date(2024, 3, 4), date(2024, 3, 17)))
    with shop(rows) as cursor:
        frame = table(cursor, "revenue_by_week", params, SETTINGS).frame
    parts = frame[["first_purchase_revenue", "repurchase_revenue", "anonymous_revenue", "adjustment_revenue"]]
    assert parts.to_numpy().tolist() == [[0, 70, 5, 0], [9, 0, 0, 0]]
    assert list(parts.sum(axis=1)) == list(frame["revenue"])
    assert list(frame["revenue_last_year"]) == [30, 0]
    assert frame["is_complete"].all()


# Voice.


def answer(customer: str | None, on: str, nps: int | None, **others: Any) -> Record:
    plain = {"channel": "web", "text": None if nps is None else str(nps), "recommended": None, "comment": None}
    return {"customer": customer, "at": datetime.fromisoformat(on), "nps": nps, **plain, **others}


def test_a_known_respondent_counts_once_with_the_latest_valid_answer() -> None:
    answers = [
        answer("a", "2024-01-05", 10),
        answer("a", "2024-01-25", 3),
        answer("a", "2024-01-28", None),
        answer("a", "2024-01-29", None, text="12"),
        answer(None, "2024-01-10", 9),
        answer(None, "2024-01-10", 9),
    ]
    params = Params(date(2024, 1, 31), Period(date(2024, 1, 1), date(2024, 1, 31)))
    keys = ["nps_promoters", "nps_detractors", "nps_answers", "nps_blank", "nps_invalid"]
    with shop([], answers) as cursor:
        month = measure(cursor, keys, params, SETTINGS)
        days = trend(cursor, ["nps_answers"], params, Granularity.DAY, SETTINGS)["nps_answers"]
        scores = table(cursor, "nps_distribution", params, SETTINGS).frame
    assert [reading.value for reading in month.values()] == [2, 1, 3, 1, 1]
    assert sum(int(point.reading.value or 0) for point in days) == 4
    assert scores.set_index("score")["answers"][[3, 9, 10]].tolist() == [1, 2, 0]
    assert scores["share"].sum() == pytest.approx(1)


def test_nps_with_interval_comes_out_of_the_answers() -> None:
    answers = [answer(None, "2024-01-05", score) for score in [9] * 10 + [7] * 5 + [0] * 5]
    params = Params(date(2024, 1, 31), Period(date(2024, 1, 1), date(2024, 1, 31)))
    with shop([], answers) as cursor:
        found = measure(cursor, ["nps"], params, SETTINGS)["nps"]
    assert (found.value, found.sample_size, found.is_thin) == (25, 20, True)
    assert found.low == pytest.approx(-11.7, abs=0.05)
    assert found.high == pytest.approx(55.2, abs=0.05)


def test_answers_without_a_day_belong_to_all_history_only() -> None:
    answers = [{**answer(None, "2024-01-05", 9), "at": None}, answer(None, "2024-02-05", 9)]
    with shop([line("1", "a", "2024-02-01")], answers) as cursor:
        everything = default_params(cursor, SETTINGS)
        assert everything is not None
        later = Params(date(2024, 2, 28), Period(date(2024, 2, 2), date(2024, 2, 28)))
        whole = Params(date(2024, 2, 28), Period(everything.period.start, date(2024, 2, 28)))
        counts = [measure(cursor, ["nps_answers"], params, SETTINGS)["nps_answers"].value for params in (later, whole)]
    assert counts == [1, 2]


def test_groups_are_called_different_only_when_the_test_says_so() -> None:
    scores = {"web": [9] * 40 + [0] * 5, "shopee": [9] * 10 + [0] * 30, "store": [9] * 2 + [0] * 2}
    answers = [answer(None, "2024-01-05", s, channel=channel) for channel, own in scores.items() for s in own]
    params = Params(date(2024, 1, 31), Period(date(2024, 1, 1), date(2024, 1, 31)))
    with shop([], answers) as cursor:
        frame = table(cursor, "nps_by", params, SETTINGS, by="channel").frame
    assert list(frame["group"]) == ["web", "shopee", "store"]
    assert list(frame["is_different"]) == [True, True, False]
    assert list(frame["nps"]) == [pytest.approx(100 * 35 / 45), -50, 0]


def test_nps_by_segment_counts_every_answer_once() -> None:
    chance = random.Random(5)
    rows, answers = random_rows(chance), random_answers(chance)
    params = Params(date(2024, 5, 30), Period(FIRST_DAY, date(2024, 5, 30)))
    with shop(rows, answers) as cursor:
        frame = table(cursor, "nps_by", params, SETTINGS, by="segment").frame
        total = measure(cursor, ["nps_answers"], params, SETTINGS)["nps_answers"].value
    assert frame["answers"].sum() == total
    assert frame["group"].isna().sum() == 1
    assert frame["group"].nunique() >= 2


def test_comments_start_with_the_lowest_score() -> None:
    answers = [
        answer("a", "2024-01-05", 9, comment="good"),
        answer(None, "2024-01-07", None, comment="hm"),
        answer(None, "2024-01-06", 2, comment=" bad "),
        answer(None, "2024-01-08", 2, comment="worse"),
        answer(None, "2024-01-09", 0, comment="  "),
    ]
    params = Params(date(2024, 1, 31), Period(date(2024, 1, 1), date(2024, 1, 31)))
    with shop([], answers) as cursor:
        everything = table(cursor, "comments", params, SETTINGS).frame
        promoters = table(cursor, "comments", params, SETTINGS, attitude="promoter").frame
    assert list(everything["comment"]) == ["worse", "bad", "good", "hm"]
    assert list(promoters["customer_id"]) == ["a"]


def test_contactable_needs_an_address_and_a_consent() -> None:
    plain: Record = {"has_line": False, "purchase_count": 0, "first_on": None, "joined_on": None}
    people: list[Record] = [
        {"email": "a@x", "consent_email": True, "phone": "+886900000001", "consent_sms": False, "consent_line": None},
        {"email": "b@x", "consent_email": None, "phone": "+886900000002", "consent_sms": True, "consent_line": None},
        {"email": None, "consent_email": True, "phone": None, "consent_sms": True, "consent_line": True},
        {"email": None, "consent_email": None, "phone": None, "consent_sms": None, "consent_line": True},
    ]
    rows: list[Record] = [{"customer_id": f"m{no}", **plain, **person} for no, person in enumerate(people)]
    rows[3]["has_line"] = True
    rows[0]["joined_on"] = date(2025, 1, 1)
    keys = ["contactable_rate", "contactable_rate_email", "contactable_rate_sms", "contactable_rate_line"]
    with shop([]) as cursor:
        insert(cursor, "customer_mart", rows)
        now = measure(cursor, keys, Params(date(2025, 2, 1), Period(FIRST_DAY, FIRST_DAY)), SETTINGS)
        before = measure(cursor, keys, Params(date(2024, 2, 1), Period(FIRST_DAY, FIRST_DAY)), SETTINGS)
    assert [reading.value for reading in now.values()] == [0.75, 0.25, 0.25, 0.25]
    assert [reading.sample_size for reading in before.values()] == [3] * 4


# Names, words, columns.


def test_unknown_names_and_options_are_refused() -> None:
    params = Params(FIRST_DAY, Period(FIRST_DAY, FIRST_DAY))
    with shop([]) as cursor:
        with pytest.raises(UnknownName):
            measure(cursor, ["repurchase"], params, SETTINGS)
        with pytest.raises(UnknownName):
            table(cursor, "cohort", params, SETTINGS)
        for name, options in (
            ("cohorts", {"order": "rate"}),
            ("top_repurchased_products", {"order": "buyers; drop table settings"}),
            ("nps_trend", {"granularity": "year"}),
            ("repurchase_curve", {"days": 0}),
            ("first_purchase_products", {"window_days": 0}),
            ("comments", {"attitude": "angry"}),
        ):
            with pytest.raises(InvalidParams):
                table(cursor, name, params, SETTINGS, **options)
        with pytest.raises(InvalidParams):
            breakdown(cursor, ["top20_revenue_share"], params, BY_CHANNEL, SETTINGS)


# The shop of that test has no comments, no complaints, no activity and no question of satisfaction.
EMPTY_HERE = {
    "comments", "comment_themes", "complaint_topics", "community", "forecast_check", "forecast_customers",
    "satisfaction",
    "next_products", "basket_pairs",  # no pair is seen ten times
    "revenue_change", "movements",  # nothing comes before all history, and its last week is not over
    "campaigns", "campaign_effect", "campaign_contacts",  # nobody froze a list
    "contacts_by", "contact_reasons",  # nobody was called
}  # fmt: skip


def test_every_table_has_exactly_its_columns() -> None:
    chance = random.Random(1)
    params = Params(date(2024, 5, 30), Period(FIRST_DAY, date(2024, 5, 30)))
    with shop(random_rows(chance), random_answers(chance)) as cursor:
        for name, spec in TABLES.items():
            found = table(cursor, name, params, SETTINGS)
            assert isinstance(found, Table)
            assert list(found.frame.columns) == [column.key for column in spec.columns]
            assert not found.frame.empty or name in EMPTY_HERE


@pytest.mark.parametrize("language", languages())
def test_every_metric_table_and_column_has_its_words(language: str) -> None:
    texts = Translator(language)
    for key in METRICS:
        assert all(texts(f"metrics.{key}.{part}") for part in ("label", "help"))
    for name, spec in TABLES.items():
        assert texts(f"metrics.table.{name}.title")
        assert all(texts(f"metrics.column.{column.key}") for column in spec.columns)


def test_the_page_of_definitions_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == metrics_page(), "run python -m crm_core.metrics.docs > docs/metrics.md"
