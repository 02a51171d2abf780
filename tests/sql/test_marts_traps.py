"""The classic wrong numbers: fan-out, counting twice, averages of ratios; and sums that must add up in any shop."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest

from crm_core.db import Cursor, Database
from crm_core.metrics.measure import BY_CHANNEL, breakdown, measure, trend
from crm_core.metrics.tables import table
from crm_core.params import Granularity, Params, Period
from crm_core.settings import ShopSettings
from tests.core.test_metrics import FIRST_DAY, answer, line, random_answers, random_rows
from tests.shop_rows import fill_marts

SETTINGS = ShopSettings()
LAST_DAY = date(2024, 6, 30)
PARAMS = Params(LAST_DAY, Period(FIRST_DAY, LAST_DAY))
PARTS = ["first_purchase_revenue", "repurchase_revenue", "anonymous_revenue", "adjustment_revenue"]


@pytest.fixture(params=range(3))
def random_shop(request: pytest.FixtureRequest, database: Database) -> Iterator[Cursor]:
    chance = random.Random(100 + request.param)
    with database.write() as cursor:
        fill_marts(cursor, random_rows(chance), random_answers(chance))
    with database.cursor() as cursor:
        yield cursor


def values(cursor: Cursor, *keys: str) -> list[float]:
    return [float(reading.value or 0) for reading in measure(cursor, keys, PARAMS, SETTINGS).values()]


def test_more_lines_are_not_more_orders(database: Database) -> None:
    with database.write() as cursor:
        fill_marts(cursor, [line("1", "a", "2024-01-05", 10, sku=f"sku{no}") for no in range(5)])
        assert values(cursor, "orders", "revenue", "customers") == [1, 50, 1]


def test_more_answers_of_a_customer_are_not_more_orders_or_customers(database: Database) -> None:
    answers = [answer("a", f"2024-01-{day:02}", 9) for day in range(1, 6)]
    with database.write() as cursor:
        fill_marts(cursor, [line("1", "a", "2024-01-05", 10)], answers)
        assert values(cursor, "orders", "customers", "nps_answers") == [1, 1, 1]


def test_a_ratio_is_that_of_all_orders_not_the_mean_of_the_groups(database: Database) -> None:
    rows = [line("1", "a", "2024-01-05", 300, channel="web")]
    rows += [line(f"s{no}", f"b{no}", "2024-02-05", 100, channel="store") for no in range(3)]
    with database.write() as cursor:
        fill_marts(cursor, rows)
        assert values(cursor, "average_order_value") == [150]
        groups = breakdown(cursor, ["average_order_value"], PARAMS, BY_CHANNEL, SETTINGS)["average_order_value"]
    assert {group: reading.value for group, reading in groups.items()} == {"web": 300, "store": 100}


def test_a_customer_of_two_channels_is_one_customer(database: Database) -> None:
    rows = [line("1", "a", "2024-01-05", channel="web"), line("2", "a", "2024-01-05", channel="store")]
    with database.write() as cursor:
        fill_marts(cursor, rows)
        groups = breakdown(cursor, ["customers", "new_customers"], PARAMS, BY_CHANNEL, SETTINGS)
        assert values(cursor, "customers", "repurchase_orders", "repurchase_rate") == [1, 0, 0]
    assert {group: reading.value for group, reading in groups["customers"].items()} == {"web": 1, "store": 1}
    assert {group: reading.value for group, reading in groups["new_customers"].items()} == {"web": 1, "store": 1}


def test_revenue_is_the_sum_of_its_parts_channels_and_days(random_shop: Cursor) -> None:
    revenue, *parts = values(random_shop, "revenue", *PARTS)
    assert sum(parts) == pytest.approx(revenue)
    groups = breakdown(random_shop, ["revenue"], PARAMS, BY_CHANNEL, SETTINGS)["revenue"]
    assert sum(float(reading.value or 0) for reading in groups.values()) == pytest.approx(revenue)
    for granularity in Granularity:
        points = trend(random_shop, ["revenue"], PARAMS, granularity, SETTINGS)["revenue"]
        assert sum(float(point.reading.value or 0) for point in points) == pytest.approx(revenue)


def test_customers_are_new_or_returning_and_new_ones_are_new_once(random_shop: Cursor) -> None:
    customers, new, returning = values(random_shop, "customers", "new_customers", "returning_customers")
    assert new + returning == customers
    days = trend(random_shop, ["new_customers"], PARAMS, Granularity.DAY, SETTINGS)["new_customers"]
    assert sum(float(point.reading.value or 0) for point in days) == new
    sizes = table(random_shop, "cohorts", PARAMS, SETTINGS).frame.groupby("cohort")["customers"].first()
    assert sizes.sum() == customers


def test_the_cohort_table_holds_every_purchase_and_all_known_revenue(random_shop: Cursor) -> None:
    frame = table(random_shop, "cohorts", PARAMS, SETTINGS).frame
    assert (
        frame.loc[frame["months_since"] == 0, "active_customers"]
        == frame.groupby("cohort")["customers"].first().to_numpy()
    ).all()
    known = "select sum(net_amount) from order_mart where customer_id is not null and (is_counted or is_adjustment)"
    buyers = " and customer_id in (select customer_id from purchase_mart)"
    row = random_shop.execute(known + buyers).fetchone()
    assert row is not None
    assert frame["revenue"].sum() == pytest.approx(float(row[0]))


def test_scores_attitudes_and_answers_add_up(random_shop: Cursor) -> None:
    keys = ("nps_answers", "nps_promoters", "nps_passives", "nps_detractors")
    answers, *attitudes = values(random_shop, *keys)
    assert sum(attitudes) == answers
    scores = table(random_shop, "nps_distribution", PARAMS, SETTINGS).frame
    assert scores["answers"].sum() == answers
    assert list(scores.groupby("attitude")["answers"].sum()[["promoter", "passive", "detractor"]]) == attitudes


def test_the_curve_starts_with_everyone_and_ends_with_the_repurchase_rate_at_least(random_shop: Cursor) -> None:
    curve = table(random_shop, "repurchase_curve", PARAMS, SETTINGS, days=5000).frame
    (rate,) = values(random_shop, "repurchase_rate")
    customers = measure(random_shop, ["repurchase_rate"], PARAMS, SETTINGS)["repurchase_rate"].sample_size
    assert curve["at_risk"].iloc[0] == customers
    assert curve["share"].is_monotonic_increasing
    assert curve["share"].iloc[-1] >= rate - 1e-12
