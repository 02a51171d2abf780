"""Groups of first-time buyers: the tables against plain Python on a random shop, and what they say in words."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from crm_core.analysis.logrank import log_rank
from crm_core.analysis.proportions import newcombe
from crm_core.analysis.survival import WaitCount, return_curve
from crm_core.charts.curves import NamedCurve, apart, side_by_side
from crm_core.charts.differences import DifferenceDot, difference_dots
from crm_core.charts.theme import DARK, LIGHT
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.findings.first_orders import (
    differences_answer,
    group_words,
    groups_answer,
    p_words,
    told_differences,
    trait_words,
)
from crm_core.i18n import Translator
from crm_core.lists.groups import group_of
from crm_core.lists.sources import source_members
from crm_core.metrics.group_tables import (
    KINDS,
    FirstOrderGroup,
    compare_groups,
    first_order_differences,
    first_order_groups,
    known_dimensions,
    repurchase_by_group,
)
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import table
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, fill, insert, on, params, shop

SETTINGS = ShopSettings(thin_below=12)
CUSTOMERS = 300
AS_OF = 300
WINDOW = 90
CATEGORIES = {"tea": "drinks", "bag": "drinks", "cup": "ware", "pot": None}
EN, ZH = Translator("en"), Translator("zh-TW")

Waits = list[tuple[int, bool]]


@dataclass(frozen=True)
class Person:
    """A customer: the days of the purchases, and what the first order was like."""

    key: str
    days: tuple[int, ...]
    channel: str
    amount: Decimal
    products: frozenset[str]
    has_coupon: bool
    tier: str | None

    @property
    def first(self) -> int:
        return self.days[0]

    def wait(self, as_of: int) -> tuple[int, bool]:
        later = [day for day in self.days[1:] if day <= as_of]
        return (later[0] - self.first, True) if later else (as_of - self.first, False)

    def traits(self, dimension: str, cuts: list[float]) -> set[str]:
        """The keys of the groups that the first order belongs to."""
        single: dict[str, object] = {
            "channel": self.channel,
            "size": 1 + sum(cut < float(self.amount) for cut in cuts),
            "season": (on(self.first).month + 2) // 3,
            "coupon": "yes" if self.has_coupon else "no",
            "products": min(len(self.products), 4) or None,
            "tier": self.tier,
        }
        if dimension == "product":
            return set(self.products)
        if dimension == "category":
            return {category for product in self.products if (category := CATEGORIES[product]) is not None}
        return set() if single[dimension] is None else {str(single[dimension])}


def random_people() -> list[Person]:
    """Buyers of the product tea come back sooner, those of the channel shopee later."""
    chance = random.Random(7)
    people = []
    for number in range(CUSTOMERS):
        products = frozenset(chance.sample(sorted(CATEGORIES), chance.choice([0, 1, 1, 2, 3, 4])))
        channel = chance.choice(["site", "site", "shopee", "store"])
        pace = 12 if "tea" in products else 160 if channel == "shopee" else 90
        days = [chance.randrange(AS_OF + 30)]
        while chance.random() < (0.85 if "tea" in products else 0.55):
            days.append(days[-1] + 1 + int(chance.expovariate(1 / pace)))
        amount = Decimal(chance.choice([100, 100, 250, 400, 800]))
        tier = chance.choice([None, "gold", "silver"])
        people.append(Person(f"c{number:03}", tuple(days), channel, amount, products, chance.random() < 0.3, tier))
    return people


PEOPLE = random_people()


def known(as_of: int, channel: str | None = None) -> list[Person]:
    return [person for person in PEOPLE if person.first <= as_of and channel in (None, person.channel)]


def members(dimension: str, as_of: int, channel: str | None = None) -> dict[str, list[Person]]:
    """The people of each group, by its key."""
    everyone = known(as_of, channel)
    cuts = list(np.quantile([float(person.amount) for person in everyone], [0.25, 0.5, 0.75]))
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in everyone:
        for key in person.traits(dimension, cuts):
            groups[key].append(person)
    return dict(groups)


def counted(people: list[Person], as_of: int) -> list[WaitCount]:
    waits = [person.wait(as_of) for person in people]
    days = sorted({day for day, _ in waits})
    return [WaitCount(day, waits.count((day, True)), waits.count((day, False))) for day in days]


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("groups")) as opened:
        rows = [Bought(p.key, day, p.amount, p.channel) for p in PEOPLE for day in p.days]
        fill(opened, rows)
        products = [{"product_key": key, "name": key.title(), "category": word} for key, word in CATEGORIES.items()]
        insert(opened, "product_mart", products)
        insert(opened, "product_purchase_mart", [row for person in PEOPLE for row in baskets(person)])
        for person in PEOPLE:
            if person.has_coupon:
                opened.execute(
                    "update order_mart set coupon = 'X' where customer_id = ? and purchase_no = 1", [person.key]
                )
            opened.execute("update customer_mart set tier = ? where customer_id = ?", [person.tier, person.key])
        yield opened


def baskets(person: Person) -> Iterator[dict[str, object]]:
    """The products of the first purchase, and on every later one the bag, which says nothing about the first order."""
    for number, day in enumerate(person.days, start=1):
        for product in person.products if number == 1 else {"bag"}:
            yield {
                "customer_id": person.key,
                "product_key": product,
                "purchased_on": on(day),
                "purchase_no": number,
                "product_purchase_no": 1,
                "quantity": 1,
                "net_amount": 1,
            }


DIMENSIONS = ("channel", "size", "product", "category", "season", "coupon", "products", "tier")


@pytest.mark.parametrize("as_of", [AS_OF, 150])
@pytest.mark.parametrize("by", DIMENSIONS)
def test_shares_and_p_values_of_every_group(cursor: Cursor, by: str, as_of: int) -> None:
    expected = members(by, as_of)
    frame = repurchase_by_group(cursor, params(as_of), SETTINGS, by=by).set_index("group")
    assert dict(frame["customers"]) == {key: len(people) for key, people in expected.items()}
    if by in ("size", "season", "products"):
        assert list(frame.index) == sorted(expected)
    else:
        assert list(frame["customers"]) == sorted(frame["customers"], reverse=True)
    for key, people in expected.items():
        curve = return_curve(counted(people, as_of))
        for days in (30, 60, 90, 180, 365):
            point, row = curve.within(days), frame.loc[key]
            found = [row[f"within_{days}d"], row[f"within_{days}d_low"], row[f"within_{days}d_high"]]
            assert found == pytest.approx(list(point[1:4]) if point else [np.nan] * 3, nan_ok=True)
        rest = [person for person in known(as_of) if person not in people]
        test = log_rank([counted(people, as_of), counted(rest, as_of)])
        assert frame.loc[key, "p_value"] == pytest.approx(test.p_value if test else np.nan, nan_ok=True)


@pytest.mark.parametrize("channel", [None, "site"])
def test_first_order_differences(cursor: Cursor, channel: str | None) -> None:
    asked = params(AS_OF, channel=channel)
    frame = first_order_differences(cursor, asked, SETTINGS)
    everyone = [person for person in known(AS_OF, channel) if person.first + WINDOW <= AS_OF]
    rows = {(row["dimension"], row["group"]): row for row in frame.to_dict("records")}
    assert set(rows) == {
        (by, key) for by in DIMENSIONS if by != "tier" for key in members(by, AS_OF, channel)
    }  # fmt: skip
    for (by, key), row in rows.items():
        people = members(by, AS_OF, channel)[key]
        mature = [person for person in people if person in everyone]
        back = sum(is_within(person) for person in mature)
        others, others_back = len(everyone) - len(mature), sum(map(is_within, everyone)) - back
        assert (row["buyers"], row["mature_buyers"], row["returned"]) == (len(people), len(mature), back)
        gap = newcombe(back, len(mature), others_back, others)
        found = [row["difference"], row["difference_low"], row["difference_high"]]
        assert found == pytest.approx(list(gap) if gap else [np.nan] * 3, nan_ok=True)
        assert row["is_thin"] == (min(len(mature), others) < SETTINGS.thin_below)
    lows = frame["difference_low"].dropna()
    assert list(lows) == sorted(lows, reverse=True)


def is_within(person: Person) -> bool:
    days, is_back = person.wait(AS_OF)
    return is_back and days <= WINDOW


def test_p_values_are_adjusted_for_what_was_tried_and_thin_rows_are_not_tested(cursor: Cursor) -> None:
    frame = first_order_differences(cursor, params(AS_OF), SETTINGS)
    assert frame["is_thin"].any()
    thin, tried = frame[frame["is_thin"]], frame[~frame["is_thin"]]
    assert thin["adjusted_p_value"].isna().all()
    assert thin["is_different"].isna().all()
    assert list(tried["adjusted_p_value"]) == pytest.approx(list(false_discovery_control(tried["p_value"])))
    assert (tried["adjusted_p_value"] > tried["p_value"]).any()
    assert list(tried["is_different"]) == list(tried["adjusted_p_value"] < 0.05)
    best = tried.iloc[0]
    assert (best["dimension"], best["group"], best["is_different"]) == ("product", "tea", True)


def test_groups_side_by_side_leave_out_who_is_in_several(cursor: Cursor) -> None:
    asked = params(AS_OF)
    chosen = [
        group for group in first_order_groups(cursor, asked, SETTINGS, by="product") if group.key in ("tea", "cup")
    ]
    found = compare_groups(cursor, asked, SETTINGS, chosen)
    both = {key: {person.key for person in people} for key, people in members("product", AS_OF).items()}
    shared = both["tea"] & both["cup"]
    assert found.in_several == len(shared) > 0
    groups = [
        counted([person for person in known(AS_OF) if person.key in both[group.key] - shared], AS_OF)
        for group in chosen
    ]
    expected = log_rank(groups)
    assert found.test is not None
    assert expected is not None
    assert found.test.statistic == pytest.approx(expected.statistic)
    assert [of.curve for of in found.groups] == [return_curve(waits) for waits in groups]


def test_only_two_to_four_groups_of_one_dimension_can_be_compared(cursor: Cursor) -> None:
    asked = params(AS_OF)
    sizes, channels = (first_order_groups(cursor, asked, SETTINGS, by=by) for by in ("season", "channel"))
    for chosen in (sizes[:1], [sizes[0], sizes[0]], [sizes[0], channels[0]], [*sizes, *sizes[:1], channels[0]]):
        with pytest.raises(InvalidParams):
            compare_groups(cursor, asked, SETTINGS, chosen)
    with pytest.raises(InvalidParams):
        repurchase_by_group(cursor, asked, SETTINGS, by="colour")
    with pytest.raises(InvalidParams):
        first_order_differences(cursor, asked, SETTINGS, window_days=0)


def test_what_can_be_compared_depends_on_the_data(cursor: Cursor) -> None:
    assert known_dimensions(cursor, params(AS_OF), SETTINGS) == DIMENSIONS
    assert "channel" not in known_dimensions(cursor, params(AS_OF, channel="site"), SETTINGS)
    assert known_dimensions(cursor, params(AS_OF, channel="fair"), SETTINGS) == ()


def test_the_people_of_a_group_are_those_not_back(cursor: Cursor) -> None:
    asked = params(AS_OF)

    def listed(key: str, **values: str) -> set[str]:
        return set(
            source_members(cursor, group_of(key, **values), asked, SETTINGS, ["customer_id"]).frame["customer_id"]
        )

    for by in ("channel", "category"):
        for key, people in members(by, AS_OF).items():
            assert listed("first_order_named", dimension=by, value=key) == not_back(people)
    for key, people in members("product", AS_OF).items():
        assert listed("first_order_product", product_key=key) == not_back(people)
    for trait in KINDS:
        by, _, key = trait.partition("_")
        assert listed("first_order_kind", trait=trait) == not_back(members(by, AS_OF).get(key, []))


def not_back(people: list[Person]) -> set[str]:
    return {person.key for person in people if not person.wait(AS_OF)[1]}


def test_every_table_adds_up_over_groups_that_everyone_is_in_one_of(cursor: Cursor) -> None:
    frame = repurchase_by_group(cursor, params(AS_OF), SETTINGS)
    sums = frame.groupby("dimension")["customers"].sum()
    assert {sums[by] for by in ("channel", "size", "season", "coupon")} == {len(known(AS_OF))}
    assert "tier" not in sums  # no part of the first order: only where it is asked for


# ---- words ----


def test_clearly_different_groups_are_called_so(cursor: Cursor) -> None:
    asked = params(AS_OF)
    groups = first_order_groups(cursor, asked, SETTINGS, by="product")
    tea, bag = (next(group for group in groups if group.key == key) for key in ("tea", "bag"))
    compared = compare_groups(cursor, asked, SETTINGS, [bag, tea])
    answer = groups_answer(compared, EN, "TWD", SETTINGS.thin_below)
    assert compared.test is not None
    assert compared.test.is_significant
    assert answer.sentence == "Tea: more come back than of Bag"
    assert f"log-rank test, {p_words(compared.test.p_value, EN)}" in answer.how_sure
    assert "Tea minus Bag: +" in answer.how_sure
    assert f"{compared.in_several} customers belong to several of these groups" in answer.how_sure
    assert groups_answer(compared, ZH, "TWD", SETTINGS.thin_below).sentence == "「Tea」比「Bag」更多人回來"


def test_of_several_groups_the_best_and_the_worst_are_named(cursor: Cursor) -> None:
    asked = params(AS_OF)
    groups = first_order_groups(cursor, asked, SETTINGS, by="product")[:4]
    assert len(groups) > 2
    compared = compare_groups(cursor, asked, SETTINGS, groups)
    assert compared.test is not None
    assert compared.test.is_significant
    shares = {of.group.name: point.share for of in compared.groups if (point := of.curve.within(90)) is not None}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    answer = groups_answer(compared, EN, "TWD", SETTINGS.thin_below)
    assert answer.sentence == f"{best}: most come back; {worst}: fewest"


def test_groups_that_do_not_differ_are_not_told_apart(cursor: Cursor) -> None:
    asked = params(AS_OF)
    coupons = first_order_groups(cursor, asked, SETTINGS, by="coupon")
    compared = compare_groups(cursor, asked, SETTINGS, coupons)
    answer = groups_answer(compared, EN, "TWD", SETTINGS.thin_below)
    assert compared.test is not None
    assert compared.test.p_value > 0.05
    assert answer.sentence == "Between these groups no clear difference can be told"
    assert "not distinguishable" in answer.how_sure


def test_too_little_time_is_no_comparison(cursor: Cursor) -> None:
    asked = params(min(person.first for person in PEOPLE) + 8)
    seasons = [FirstOrderGroup("channel", key, key, 1, 0, 0) for key in ("site", "shopee")]
    answer = groups_answer(compare_groups(cursor, asked, SETTINGS, seasons), EN, "TWD", 30)
    assert answer.sentence == "Do these groups come back differently?"
    assert "too little time" in answer.how_sure


def test_what_the_differences_say(cursor: Cursor) -> None:
    found = table(cursor, "first_order_differences", params(AS_OF), SETTINGS)
    answer = differences_answer(found, WINDOW, EN, "TWD")
    best = found.frame.iloc[0]
    assert answer.sentence == (
        f"Tea: {EN.share(best['return_rate'])} of these people came back within 90 days, "
        f"{EN.share(best['other_rate'])} of the others"
    )
    tried = found.frame["is_different"].notna().sum()
    assert answer.how_sure.startswith(f"{tried} traits were tried, {(found.frame['is_different'] == True).sum()} ")  # noqa: E712
    told = told_differences(found)
    assert [row.difference_low for row in told] == sorted((row.difference_low for row in told), reverse=True)
    assert sum(row.dimension == "coupon" for row in told) <= 1  # with and without say the same
    assert not any(row.is_thin for row in told)


def test_without_enough_people_nothing_is_called_different(cursor: Cursor) -> None:
    found = table(cursor, "first_order_differences", params(AS_OF), ShopSettings(thin_below=10_000))
    assert found.frame["is_thin"].all()
    answer = differences_answer(found, WINDOW, ZH, "TWD")
    assert answer.sentence == "後來有回來的人，第一單有什麼不一樣？"
    assert told_differences(found)
    nobody = Table(found.name, found.columns, found.frame.iloc[:0])
    assert told_differences(nobody) == []
    assert differences_answer(nobody, WINDOW, ZH, "TWD").sentence == answer.sentence


def test_names_of_groups() -> None:
    def group(dimension: str, key: str, low: float = 0, high: float = 0) -> FirstOrderGroup:
        return FirstOrderGroup(dimension, key, key, 1, low, high)

    assert group_words(group("size", "1", 120, 1450), EN, "TWD") == "NT$120–1,450"
    assert group_words(group("size", "1", 120, 120), EN, "TWD") == "NT$120"
    assert group_words(group("size", "2", 1.5, 9.99), EN, "USD") == "$1.50–9.99"
    assert trait_words(group("products", "4"), ZH, "TWD") == "第一單買 4 種以上商品"
    assert trait_words(group("season", "2"), EN, "TWD") == "First bought in Apr–Jun"
    assert trait_words(group("channel", "官網"), ZH, "TWD") == "通路：官網"
    assert [p_words(p, EN).replace("\u00a0", " ") for p in (0.00004, 0.0123, 0.5)] == [
        "p < 0.001",
        "p = 0.012",
        "p = 0.500",
    ]


# ---- charts ----


def curve(*waits: tuple[int, int, int]) -> NamedCurve:
    return NamedCurve("<b>Web</b>", return_curve(WaitCount(*wait) for wait in waits))


def test_curves_side_by_side() -> None:
    many, few = curve((10, 30, 0), (60, 20, 30), (200, 0, 40)), curve((20, 5, 0), (90, 2, 4), (120, 0, 5))
    chart = side_by_side([many, few], EN, LIGHT, thin_below=30)
    assert "within 180 days" in chart.alt
    labels = [note.text for note in chart.figure.layout.annotations]
    assert len(labels) == 2
    assert all("&lt;b&gt;Web" in label for label in labels)
    lines = [trace for trace in chart.figure.data if trace.hovertext is not None]
    assert {trace.line.dash for trace in lines} == {"solid", "dash"}
    assert [max(trace.x) for trace in lines if trace.opacity < 1] == [120]  # few: pale from the start, ends where known
    assert side_by_side([curve((0, 0, 3))], EN, DARK, thin_below=30).alt == EN("charts.empty")
    assert side_by_side([], EN, DARK, thin_below=30).alt == EN("charts.empty")


def test_labels_keep_their_order_and_distance() -> None:
    places = apart([0.5, 0.49, 0.1], 0.1, 0.6)
    ordered = sorted(places)
    assert [places.index(place) for place in ordered] == [2, 1, 0]
    assert all(high - low >= 0.1 - 1e-12 for low, high in pairwise(ordered))
    assert ordered[-1] <= 0.6


def test_differences_around_zero() -> None:
    dots = [
        DifferenceDot("Tea", 0.3, 0.2, 0.4, 120, is_different=True, is_thin=False),
        DifferenceDot("Cup", -0.1, -0.3, 0.1, 8, is_different=False, is_thin=True),
    ]
    chart = difference_dots(dots, EN, LIGHT, "Difference")
    axis = chart.figure.layout.xaxis
    assert axis.range[0] < -0.3
    assert axis.range[1] > 0.4
    assert "0" in axis.ticktext
    assert "+20" in axis.ticktext
    assert "Tea +30.0 points" in chart.alt
    assert difference_dots([], EN, LIGHT, "").alt == EN("charts.empty")


def test_undefined_is_null_and_not_zero(cursor: Cursor) -> None:
    frame = repurchase_by_group(cursor, params(min(person.first for person in PEOPLE) + 40), SETTINGS, by="channel")
    assert pd.isna(frame["within_365d"]).all()
