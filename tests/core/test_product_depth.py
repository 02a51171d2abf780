"""Lifts, cycles, who is due, what goes with what: against plain Python, on one random shop of files."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise, permutations
from math import inf
from typing import Any

import pytest

from crm_core.analysis.lift import lift, ratio_interval
from crm_core.analysis.survival import WaitCount, return_curve
from crm_core.charts.magnets import Magnet, magnet_chart, magnet_map
from crm_core.charts.theme import LIGHT
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.i18n import Translator
from crm_core.lists.groups import group_of
from crm_core.lists.sources import source_members
from crm_core.marts import rebuild
from crm_core.metrics.product_view import item_curve, item_name
from crm_core.metrics.spec import Option
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import fingerprints, take_in, undo

SETTINGS = ShopSettings()
START = date(2024, 1, 1)
AS_OF = START + timedelta(days=260)  # the last 40 days are after it
CATEGORIES = {"A": "tea", "B": "tea", "C": "sweets", "D": None, "GIFT": "tea"}
KINDS = ("product", "category")

Row = dict[str, Any]
# Customer → day → what is in that purchase.
History = dict[str, dict[date, set[str]]]


def random_rows() -> list[Row]:
    """Orders over 300 days, often two on one day; a gift in some, no customer in others."""
    chance = random.Random(4)
    rows = []
    for number in range(260):
        day = START + timedelta(days=chance.randrange(300))
        customer = chance.choice([None, *(f"c{no:02}" for no in range(25))])
        for copy in range(chance.choice([1, 1, 1, 2])):
            skus = chance.sample(["A", "A", "B", "B", "C", "D"], chance.randint(1, 3))
            rows += [order_row(f"o{number}-{copy}", customer, day, sku) for sku in {*skus}]
            if chance.random() < 0.2:
                rows.append(order_row(f"o{number}-{copy}", customer, day, "GIFT"))
    return rows


def order_row(order_id: str, customer: str | None, day: date, sku: str, category: str | None = None) -> Row:
    return {
        "order_id": order_id,
        "ordered_at": f"{day} 12:00:00",
        "customer_id": customer,
        "channel": "web",
        "sku": sku,
        "product": f"Product {sku}",
        "category": category or CATEGORIES[sku],
        "quantity": 1,
        "unit_price": 0 if sku == "GIFT" else 100,
    }


ROWS = random_rows()


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    database = Database(tmp_path_factory.mktemp("products") / "shop.duckdb")
    take_in(database, Kind.ORDERS, ROWS, "category")
    with database.cursor() as opened:
        yield opened
    database.close()


def asked() -> Params:
    return Params(AS_OF, Period(START, AS_OF))


def rows_of(cursor: Cursor, name: str, **options: Option) -> list[Row]:
    frame = table(cursor, name, asked(), SETTINGS, **options).frame.astype(object)
    return [{str(k): None if v != v else v for k, v in row.items()} for row in frame.to_dict("records")]


def history(kind: str) -> History:
    """Every known customer's purchases up to the as-of date; gifts are no purchase of a product."""
    found: History = defaultdict(lambda: defaultdict(set))
    for row in ROWS:
        day = date.fromisoformat(row["ordered_at"][:10])
        item = row["sku"] if kind == "product" else row["category"]
        if row["customer_id"] is not None and row["sku"] != "GIFT" and day <= AS_OF:
            found[row["customer_id"]][day].update({item} - {None})
    return {customer: dict(sorted(days.items())) for customer, days in found.items()}


def days_of(kind: str, item: str) -> dict[str, list[date]]:
    """Customer → the days on which the item was bought."""
    found = {who: [day for day, held in days.items() if item in held] for who, days in history(kind).items()}
    return {who: days for who, days in found.items() if days}


def items_of(kind: str) -> set[str]:
    return {item for days in history(kind).values() for held in days.values() for item in held}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_bought_again_is_counted_by_day_and_without_gifts(cursor: Cursor, kind: str) -> None:
    told = {row["product"]: row for row in rows_of(cursor, "top_repurchased_products", by=kind)}
    assert told.keys() == items_of(kind)
    for item, row in told.items():
        days = list(days_of(kind, item).values())
        assert (row["buyers"], row["repurchasers"]) == (len(days), sum(len(each) > 1 for each in days))
        assert row["repurchase_purchases"] == sum(len(each) - 1 for each in days)


@pytest.mark.parametrize("kind", KINDS)
def test_first_purchases_and_their_lift(cursor: Cursor, kind: str) -> None:
    window = timedelta(days=90)
    shop = {who: [*days] for who, days in history(kind).items()}
    mature = {who for who, days in shop.items() if days[0] + window <= AS_OF}
    back = {who for who in mature if len(shop[who]) > 1 and shop[who][1] - shop[who][0] <= window}
    for row in rows_of(cursor, "first_purchase_products", by=kind):
        starters = {who for who, days in history(kind).items() if row["product"] in next(iter(days.values()))}
        assert (row["buyers"], row["mature_buyers"]) == (len(starters), len(starters & mature))
        assert row["returned"] == len(starters & back)
        assert row["start_share"] == pytest.approx(len(starters) / len(shop))
        found = lift(len(starters & back), len(starters & mature), len(back), len(mature))
        assert found is not None
        assert (row["lift"], row["lift_low"], row["lift_high"]) == pytest.approx(tuple(found))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_bought_next_and_together(cursor: Cursor, kind: str) -> None:
    steps = [pair for days in history(kind).values() for pair in pairwise(days.values())]
    next_times = Counter((a, b) for one, other in steps for a in one for b in other if a != b)
    told = rows_of(cursor, "next_products", by=kind, support=1)
    assert {(row["product"], row["next_product"]): row["times"] for row in told} == next_times
    for row in told:
        assert row["purchases"] == sum(row["product"] in one for one, _ in steps)
        assert row["base_share"] == pytest.approx(sum(row["next_product"] in other for _, other in steps) / len(steps))
        assert row["lift"] == pytest.approx(row["times"] / row["purchases"] / row["base_share"])
        assert row["lift_low"] < row["lift"] < row["lift_high"]
    baskets = [held for days in history(kind).values() for held in days.values()]
    in_one = Counter(pair for held in baskets for pair in combinations(sorted(held), 2))
    pairs = rows_of(cursor, "basket_pairs", by=kind, support=1)
    assert {tuple(sorted((row["product"], row["next_product"]))): row["times"] for row in pairs} == in_one
    assert all(row["base_share"] >= row["purchases"] / len(baskets) for row in pairs)  # from the rarer one


def test_pairs_around_one_product_and_enough_of_them(cursor: Cursor) -> None:
    everything = rows_of(cursor, "next_products", support=1)
    assert rows_of(cursor, "next_products", product="A", support=1) == [r for r in everything if r["product"] == "A"]
    before = rows_of(cursor, "next_products", next_product="A", support=1)
    assert before == [row for row in everything if row["next_product"] == "A"]
    counts = sorted(row["times"] for row in everything)
    most = rows_of(cursor, "next_products", support=counts[-1])
    assert [row["times"] for row in most] == [count for count in counts if count == counts[-1]]
    assert rows_of(cursor, "next_products", product="nothing") == []
    for wrong in ({"support": 0}, {"by": "colour"}, {"order": "name"}):
        with pytest.raises(InvalidParams):
            rows_of(cursor, "next_products", **wrong)


def waits(kind: str, item: str) -> list[WaitCount]:
    """From the first purchase of an item to the next, or to the as-of date."""
    found = []
    for first, *later in days_of(kind, item).values():
        days = ((later[0] if later else AS_OF) - first).days
        found.append(WaitCount(days, int(bool(later)), int(not later)))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_cycles_and_who_is_due(cursor: Cursor, kind: str) -> None:
    due = {row["product"]: row for row in rows_of(cursor, "due_to_reorder", by=kind)}
    for row in rows_of(cursor, "product_cycles", by=kind):
        curve = return_curve(waits(kind, row["product"]))
        assert item_curve(cursor, asked(), kind, row["product"]).customers == curve.customers == row["buyers"]
        reached = [curve.day_reaching(share) for share in (0.25, 0.5, 0.75)]
        days = [found.days if found else None for found in reached]
        assert [row["cycle_p25"], row["cycle_median"], row["cycle_p75"]] == days
        first, last = row["due_from_days"], row["due_to_days"]
        if days[2] is not None:
            assert (first, last) == (days[0], days[2])
        people = {
            who for who, bought in days_of(kind, row["product"]).items() if first <= (AS_OF - bought[-1]).days <= last
        }
        told = due[row["product"]]
        assert told["due_customers"] == len(people)
        values = {"kind": kind, "product_key": row["product"], "from_days": int(first), "to_days": int(last)}
        listed = source_members(cursor, group_of("reorder_due", **values), asked(), SETTINGS, ["customer_id"])
        assert set(listed.frame["customer_id"]) == people


def test_a_window_where_three_quarters_never_return(database: Database) -> None:
    """Of eight buyers four are back, after 10, 20, 30 and 40 days: the middle half of those is due."""
    rows = [order_row(f"f{no}", f"c{no}", START, "A") for no in range(8)]
    rows += [order_row(f"s{no}", f"c{no}", START + timedelta(days=10 * no + 10), "A") for no in range(4)]
    take_in(database, Kind.ORDERS, rows)
    with database.cursor() as cursor:
        row = rows_of(cursor, "product_cycles")[0]
    assert (row["cycle_p25"], row["cycle_median"], row["cycle_p75"]) == (20, 40, None)
    assert (row["due_from_days"], row["due_to_days"], row["is_thin"]) == (10, 30, True)


def test_a_product_bought_again_after_years_only_is_due_on_no_day(database: Database) -> None:
    """Nobody came back within a year, so there is no window; the other products keep theirs."""
    days = {"A": [0, 400], "B": [0, 30, 385]}
    rows = [
        order_row(f"{sku}{no}-{day}", f"{sku}{no}", START + timedelta(days=day), sku)
        for sku, bought in days.items()
        for no in range(3)
        for day in (bought if no == 0 else bought[:1])
    ]
    take_in(database, Kind.ORDERS, rows)
    with database.cursor() as cursor:
        asked_later = Params(START + timedelta(days=410), Period(START, START + timedelta(days=410)))
        cycles = table(cursor, "product_cycles", asked_later, SETTINGS).frame
        due = table(cursor, "due_to_reorder", asked_later, SETTINGS).frame
    first = cycles[cycles["product"] == "A"]
    assert first[["repurchasers", "cycle_p25"]].to_numpy().tolist() == [[1, 400]]
    assert first[["due_from_days", "due_to_days"]].isna().to_numpy().all()
    assert list(due["product"]) == ["B"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_people_behind_a_row(cursor: Cursor, kind: str) -> None:
    one, other = ("A", "C") if kind == "product" else ("tea", "sweets")
    steps = {who: [*pairwise(days.values())] for who, days in history(kind).items()}
    held = {who: [*days.values()] for who, days in history(kind).items()}
    has_one, has_other = (days_of(kind, item) for item in (one, other))
    expected = {
        "product_repurchasers": {who for who, days in has_one.items() if len(days) > 1},
        "product_once": {who for who, days in has_one.items() if len(days) == 1},
        "started_with": {who for who, each in held.items() if one in each[0]},
        "bought_then": {who for who, each in steps.items() if any(one in a and other in b for a, b in each)},
        "bought_together": {who for who, each in held.items() if any({one, other} <= bag for bag in each)},
        "bought_without": has_one.keys() - has_other.keys(),
    }
    for key, people in expected.items():
        values = {"kind": kind, "product_key": one}
        if key.startswith("bought_"):
            values["next_key"] = other
        found = source_members(cursor, group_of(key, **values), asked(), SETTINGS, ["customer_id"]).frame
        assert set(found["customer_id"]) == people, key


def test_one_item_is_named_and_its_months_add_up(cursor: Cursor) -> None:
    assert item_name(cursor, "product", "A") == "Product A"
    assert item_name(cursor, "category", "tea") == "tea"
    assert item_name(cursor, "category", "A") is None
    lines = [row for row in ROWS if row["sku"] == "A" and row["ordered_at"] <= f"{AS_OF} 24"]
    assert sum(row["revenue"] for row in rows_of(cursor, "product_months", product="A")) == 100 * len(lines)
    segments = rows_of(cursor, "product_segments", product="A")
    assert sum(row["buyers"] for row in segments) == len(days_of("product", "A"))


def test_a_product_that_changes_its_category_takes_everyone_along(database: Database) -> None:
    """The customers of the first file are not in the second; a rebuild and an undo give the same marts."""
    chance = random.Random(9)
    first = [
        order_row(f"a{number}", f"c{number}", START + timedelta(days=chance.randrange(50)), sku)
        for number in range(12)
        for sku in chance.sample("ABCD", 2)
    ]
    take_in(database, Kind.ORDERS, first, "category")
    before = fingerprints(database)
    later = [order_row("z1", "z", START + timedelta(days=80), sku, "drinks") for sku in ("A", "D")]
    receipt = take_in(database, Kind.ORDERS, later, "category")
    with database.cursor() as cursor:
        told = {row["product"]: row["buyers"] for row in rows_of(cursor, "top_repurchased_products", by="category")}
    moved = {row["customer_id"] for row in [*first, *later] if row["sku"] in "AD"}
    assert told["drinks"] == len(moved)
    refreshed = fingerprints(database)
    with database.write() as cursor:
        rebuild(cursor)
    assert fingerprints(database) == refreshed
    undo(database, receipt.import_id)
    assert fingerprints(database) == before


def test_the_interval_of_a_ratio() -> None:
    # Fagerland and Newcombe's way with Wilson limits; zeros leave one side open.
    low, high = ratio_interval(40, 100, 20, 100) or (0, 0)
    assert (low, high) == pytest.approx((1.2749, 3.1618), abs=1e-4)
    assert ratio_interval(0, 20, 5, 30) == pytest.approx((0.0, 1.1667), abs=1e-4)
    assert (ratio_interval(5, 20, 0, 30) or (0, 0))[1] == inf
    assert ratio_interval(0, 20, 0, 30) is None
    assert ratio_interval(1, 2, 0, 0) is None
    swapped = ratio_interval(20, 100, 40, 100) or (1, 1)
    assert (1 / swapped[1], 1 / swapped[0]) == pytest.approx((low, high))  # the other way round it is the same


def test_a_lift_is_held_against_everybody() -> None:
    assert lift(3, 3, 3, 3) == (1.0, None, None)  # there is nobody else
    assert lift(1, 0, 1, 5) is None
    assert lift(0, 5, 0, 50) is None
    found = lift(5, 20, 5, 50)
    assert found is not None
    assert (found.times, found.high) == pytest.approx((2.5, 2.5))  # all hits are its own: it cannot be more
    chance, held = random.Random(1), 0
    for _ in range(400):
        hits, others = (sum(chance.random() < rate for _ in range(n)) for rate, n in ((0.5, 60), (0.3, 240)))
        told = lift(hits, 60, hits + others, 300)
        held += told is not None and (told.low or 0) <= 0.5 / 0.34 <= (told.high or 0)
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_map_of_magnets_says_what_each_corner_means(language: str) -> None:
    t = Translator(language)
    names = {"both": "茶包體驗組 8 入", "back": "Castella", "new": "Mug", "neither": "Pot"}
    places = {"both": (0.3, 0.7), "back": (0.01, 0.6), "new": (0.2, 0.2), "neither": (0.02, 0.1)}
    found = magnet_map([Magnet(k, names[k], *places[k], people=50) for k in names], rate_line=0.4)
    assert {magnet.key: found.quadrant(magnet) for magnet in found.magnets} == {key: key for key in names}
    chart = magnet_chart(found, t, LIGHT)
    said = [note.text for note in chart.figure.layout.annotations]
    for quadrant, name in names.items():
        assert f"<b>{t(f'product.map.{quadrant}')}</b>" in said
        assert t("product.map.alt_part", quadrant=t(f"product.map.{quadrant}"), names=name) in chart.alt
    assert set(names.values()) - {"茶包體驗組 8 入"} <= set(said)
    assert magnet_chart(magnet_map([], 0.4), t, LIGHT).alt == t("charts.empty")


def test_names_on_the_map_never_lie_on_each_other() -> None:
    chance = random.Random(3)
    magnets = [
        Magnet(str(n), f"商品名稱很長 {n}", chance.random() / 5 + 0.01, chance.random(), chance.randint(30, 900))
        for n in range(14)
    ]
    figure = magnet_chart(magnet_map(magnets, 0.4), Translator("zh-TW"), LIGHT).figure
    placed = [note for note in figure.layout.annotations if note.xref != "paper"]
    assert 4 <= len(placed) <= 14
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    boxes = []
    for label in placed:  # on a wide screen, where the plot is twice as wide as on a phone
        x, y = (label.x - left) / (right - left) * 580, (label.y - low) / (high - low) * 320
        width, away = 15 * 6.4, {"left": 0.0, "right": -1.0, "center": -0.5}[label.xanchor]
        middle = {"bottom": 8.0, "top": -8.0, "middle": 0.0}[label.yanchor]
        edge = x + (label.xshift or 0) + away * width
        centre = y + (label.yshift or 0) + middle
        boxes.append((edge, centre - 7, edge + width, centre + 7))
    for one, other in permutations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
