"""Why revenue changed: the split adds up to the cent, on numbers by hand and on random shops, against plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.analysis.decomposition import NOTHING, Buying, apportioned, effects, rounded
from crm_core.db import Database
from crm_core.lists.groups import group_of, group_size
from crm_core.metrics.change import EFFECTS, revenue_change
from crm_core.metrics.measure import measure
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core.builders import FIRST_DAY, random_orders
from tests.shop_rows import fill_marts, orders_of

SETTINGS = ShopSettings(country="GB")
AS_OF = FIRST_DAY + timedelta(days=119)
PERIODS = (
    Period(FIRST_DAY + timedelta(days=60), FIRST_DAY + timedelta(days=89)),
    Period(FIRST_DAY + timedelta(days=98), FIRST_DAY + timedelta(days=104)),
    Period(AS_OF, AS_OF),
    Period(FIRST_DAY + timedelta(days=110), FIRST_DAY + timedelta(days=129)),  # cut by the as-of date
)
BUYINGS = st.builds(
    lambda customers, more, cents: (
        Buying(customers, customers + more if customers else 0, Decimal(cents) / 100) if customers else NOTHING
    ),
    st.integers(0, 2000),
    st.integers(0, 500),
    st.integers(-100_000, 100_000_000),
)


# ------------------------------------------------------------------------------------------------------- by hand


def test_a_split_that_can_be_followed_by_hand() -> None:
    # 10 customers x 2 purchases x 100 = 2000 become 20 x 1.5 x 120 = 3600.
    found = effects(Buying(10, 20, Decimal(2000)), Buying(20, 30, Decimal(3600)))
    # Customers: 10 more, times (200 + 180) / 3 + (240 + 150) / 6 purchases in money.
    assert found.customers == 10 * (Fraction(380, 3) + Fraction(390, 6))
    assert found.purchases_per_customer == Fraction(-1, 2) * (Fraction(1000 + 2400, 3) + Fraction(2000 + 1200, 6))
    assert sum(found) == 1600


def test_the_effects_are_the_average_over_all_orders_of_change() -> None:
    before, now = (7, Fraction(9, 7), Fraction(1000, 9)), (5, Fraction(8, 5), Fraction(1111, 8))
    summed = [Fraction(0)] * 3
    for order in permutations(range(3)):
        factors = [Fraction(factor) for factor in before]
        for place in order:
            old = factors[0] * factors[1] * factors[2]
            factors[place] = Fraction(now[place])
            summed[place] += factors[0] * factors[1] * factors[2] - old
    assert list(effects(Buying(7, 9, Decimal(1000)), Buying(5, 8, Decimal(1111)))) == [part / 6 for part in summed]


def test_out_of_nothing_everything_comes_from_the_customers() -> None:
    some = Buying(3, 4, Decimal("99.99"))
    assert list(effects(NOTHING, some)) == [Fraction(9999, 100), 0, 0]
    assert list(effects(some, NOTHING)) == [Fraction(-9999, 100), 0, 0]
    assert list(effects(NOTHING, NOTHING)) == [0, 0, 0]


def test_the_cents_left_over_go_to_the_parts_that_lost_most() -> None:
    thirds = [Fraction(1, 3)] * 3
    assert apportioned(thirds, Decimal(1)) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert apportioned([Fraction(-1, 3)] * 3, Decimal(-1)) == [Decimal("-0.34"), Decimal("-0.33"), Decimal("-0.33")]
    # A part that is zero gets none of it.
    assert apportioned([Fraction(0), Fraction(1, 2), Fraction(1, 2)], Decimal(1), 0) == [0, 1, 0]
    assert apportioned([], Decimal(0)) == []
    assert [rounded(Decimal(text)) for text in ("0.005", "-0.005", "0.004")] == [Decimal("0.01"), Decimal("-0.01"), 0]


# ---------------------------------------------------------------------------------------------------- properties


@settings(max_examples=150, deadline=None)
@given(before=BUYINGS, now=BUYINGS)
def test_any_split_adds_up_and_turns_round(before: Buying, now: Buying) -> None:
    found, back = effects(before, now), effects(now, before)
    assert sum(found) == Fraction(now.revenue) - Fraction(before.revenue)
    assert [-part for part in back] == list(found)
    cents = apportioned(found, rounded(now.revenue - before.revenue))
    assert sum(cents) == now.revenue - before.revenue
    assert [-part for part in apportioned(back, rounded(before.revenue - now.revenue))] == cents
    assert all(abs(Fraction(cent) - part) <= Fraction(1, 100) for cent, part in zip(cents, found, strict=True))


# ------------------------------------------------------------------------------------------------- random shops


@pytest.fixture(scope="module", params=range(2))
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A random shop, and its orders in plain Python."""
    rows = random_orders(random.Random(request.param), orders=160)
    database = Database(Path(tmp_path_factory.mktemp("shop")) / "huike.duckdb")
    with database.write() as cursor:
        fill_marts(cursor, rows)
    yield database, orders_of(rows)
    database.close()


def cents(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def total(amounts: Any) -> Decimal:
    return sum(map(cents, amounts), Decimal(0))


@pytest.mark.parametrize("channel", [None, "shopee"])
@pytest.mark.parametrize("by", ["total", "customer_type", "channel", "product"])
@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_every_split_of_a_random_shop_adds_up_to_the_cent(
    shop: Any, period: Period, by: str, channel: str | None
) -> None:
    database, _ = shop
    params = Params(AS_OF, period, channel)
    days = (min(period.end, AS_OF) - period.start).days
    earlier_start = period.start - timedelta(days=period.days)
    earlier = Params(AS_OF, Period(earlier_start, earlier_start + timedelta(days=days)), channel)
    with database.cursor() as cursor:
        found = revenue_change(cursor, params, SETTINGS, by=by)
        revenue, before = (
            measure(cursor, ["revenue"], asked, SETTINGS)["revenue"].value for asked in (params, earlier)
        )
    assert revenue is not None
    assert before is not None
    assert total(found["revenue"]) == rounded(Decimal(revenue))
    assert total(found["revenue_before"]) == rounded(Decimal(before))
    assert total(found["change"]) == rounded(Decimal(revenue)) - rounded(Decimal(before))
    for row in found.to_dict("records"):
        assert total(row[effect] for effect in EFFECTS) == cents(row["change"])
        assert cents(row["revenue"]) - cents(row["revenue_before"]) == cents(row["change"])


def by_hand(orders: Any, start: date, end: date) -> dict[str, tuple[int, int, Decimal]]:
    """Customers, purchases and revenue of new and returning customers, counted one by one."""
    first: dict[str, date] = {}
    for order in orders:
        if order.is_counted and order.customer:
            first.setdefault(order.customer, order.day)
    people: dict[str, set[str]] = defaultdict(set)
    days: dict[str, set[tuple[str, date]]] = defaultdict(set)
    money: dict[str, Decimal] = defaultdict(Decimal)
    for order in orders:
        if order.is_counted and order.customer and start <= order.day <= end:
            kind = "new" if first[order.customer] >= start else "returning"
            people[kind].add(order.customer)
            days[kind].add((order.customer, order.day))
            money[kind] += order.net_amount
    return {kind: (len(people[kind]), len(days[kind]), money[kind]) for kind in ("new", "returning")}


def test_new_and_returning_customers_are_those_that_one_counts_by_hand(shop: Any) -> None:
    database, orders = shop
    period = PERIODS[0]
    with database.cursor() as cursor:
        found = revenue_change(cursor, Params(AS_OF, period), SETTINGS, by="customer_type").set_index("group")
    assert list(found.index) == ["new", "returning", "anonymous", "adjustment"]
    for side, suffix in ((period, ""), (period.previous(), "_before")):
        for kind, (customers, purchases, revenue) in by_hand(orders, side.start, side.end).items():
            row = found.loc[kind]
            assert row[f"customers{suffix}"] == customers
            frequency = purchases / customers if customers else float("nan")
            value = float(revenue) / purchases if purchases else float("nan")
            assert row[f"purchases_per_customer{suffix}"] == pytest.approx(frequency, nan_ok=True)
            assert row[f"value_per_purchase{suffix}"] == pytest.approx(value, nan_ok=True)
            assert row[f"revenue{suffix}"] == pytest.approx(float(revenue), abs=0.01)


@pytest.mark.parametrize("channel", [None, "shopee"])
def test_the_people_behind_a_part_are_those_that_it_counts(shop: Any, channel: str | None) -> None:
    database, orders = shop
    period, then = PERIODS[0], PERIODS[0].previous()
    params = Params(AS_OF, period, channel)
    days = {"from_on": period.start, "to_on": period.end}
    with database.cursor() as cursor:

        def people(key: str, **values: Any) -> int:
            return group_size(cursor, group_of(key, **values), params, SETTINGS).customers

        types = revenue_change(cursor, params, SETTINGS, by="customer_type").set_index("group")["customers"]
        assert people("new_on_days", **days) == types["new"]
        assert people("returning_on_days", **days) == types["returning"]
        for row in revenue_change(cursor, params, SETTINGS, by="channel").to_dict("records"):
            assert people("channel_on_days", channel_name=row["group"], **days) == row["customers"]
        for row in revenue_change(cursor, params, SETTINGS, by="product").to_dict("records"):
            if isinstance(row["group"], str):
                assert people("product_on_days", product_key=row["group"], **days) == row["customers"]
        missing = people("not_back", then_from_on=then.start, then_to_on=then.end, **days)
    came, had_come = (
        {
            order.customer
            for order in orders
            if order.is_counted
            and order.customer
            and side.start <= order.day <= side.end
            and channel in (None, order.channel)
        }
        for side in (period, then)
    )
    assert missing == len(had_come - came) > 0


def test_the_largest_changes_come_first_and_a_limit_changes_no_amount(shop: Any) -> None:
    database, _ = shop
    with database.cursor() as cursor:
        params = Params(AS_OF, PERIODS[0])
        everything = revenue_change(cursor, params, SETTINGS, by="product")
        some = revenue_change(cursor, params, SETTINGS, by="product", limit=2)
    sizes = everything["change"].abs().tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert some.values.tolist() == everything.head(2).values.tolist()


def test_without_an_earlier_period_in_the_data_there_is_nothing_to_split(shop: Any) -> None:
    database, _ = shop
    with database.cursor() as cursor:
        found = revenue_change(cursor, Params(AS_OF, PERIODS[0]), SETTINGS, compare="last_year")
    assert found.empty
    assert list(found.columns[:3]) == ["group", "name", "revenue_before"]
