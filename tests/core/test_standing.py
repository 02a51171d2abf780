"""Where customers stand: moves between segments, life cycle, journey, who they are, a tier tried out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pandas as pd
import pytest

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.i18n import texts
from crm_core.ingest.values import parse_city
from crm_core.lists.groups import Value, group_of, group_size
from crm_core.lists.sources import source_members
from crm_core.metrics.life_cycle import JOURNEY_STAGES, journey_stages, life_cycle
from crm_core.metrics.measure import measure
from crm_core.metrics.migration import BACKS, FROM_SEGMENTS, TO_SEGMENTS, as_it_stood, earlier_day, move_of
from crm_core.metrics.migration import rfm_migration as migration
from crm_core.metrics.profile import KINDS, customer_profile, profile_coverage
from crm_core.metrics.registry import LIFE_CYCLE_STAGES
from crm_core.metrics.rfm import rfm_table, segment_counts
from crm_core.metrics.segments import SEGMENT_KEYS, Segment
from crm_core.metrics.tiers import rounded_down, suggested_threshold, tier_what_if
from crm_core.params import Params
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Returned, fill, insert, on, params, shop

SETTINGS = ShopSettings()
TODAY = 200


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("standing")) as opened:
        yield opened


def random_purchases(seed: int, customers: int = 40) -> list[Bought]:
    """Customers with one to seven purchases on random days, some of equal amounts, in two channels."""
    chance = Random(seed)
    return [
        Bought(f"c{number:02}", day, Decimal(chance.choice([50, 50, 120, 300])), channel=("web", "shopee")[number % 2])
        for number in range(customers)
        for day in sorted(chance.sample(range(TODAY + 40), chance.randint(1, 7)))
    ]


def know(cursor: Cursor, customer_id: str, **details: object) -> None:
    """Tell more of a customer, or of one who never bought."""
    if cursor.execute("select 1 from customer_mart where customer_id = ?", [customer_id]).fetchone() is None:
        insert(cursor, "customer_mart", [{"customer_id": customer_id, "has_line": False, "purchase_count": 0}])
    for name, value in details.items():
        cursor.execute(f"update customer_mart set {name} = ? where customer_id = ?", [value, customer_id])


def answer(cursor: Cursor, customer_id: str, day: int, **told: object) -> None:
    nps = told.get("nps")
    attitude = (
        None if nps is None else "promoter" if int(str(nps)) > 8 else "passive" if int(str(nps)) > 6 else "detractor"
    )
    row = {"answer_key": f"{customer_id}-{day}", "customer_id": customer_id, "submitted_at": on(day)}
    row |= {"answered_on": on(day), "attitude": attitude, "is_nps_asked": True, "answers": "{}", **told}
    insert(cursor, "answer_mart", [row])


def people(cursor: Cursor, key: str, asked: Params, **values: Value) -> set[str]:
    found = source_members(cursor, group_of(key, **values), asked, SETTINGS, ["customer_id"]).frame
    return set(found["customer_id"])


# Moves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "back", "earlier"),
    [
        ("2024-03-31", "month", "2024-02-29"),
        ("2024-01-15", "month", "2023-12-15"),
        ("2024-05-31", "quarter", "2024-02-29"),
        ("2024-01-03", "week", "2023-12-27"),
    ],
)
def test_the_day_before_exists_in_every_month(as_of: str, back: str, earlier: str) -> None:
    assert earlier_day(date.fromisoformat(as_of), back) == date.fromisoformat(earlier)


def test_another_time_back_is_refused() -> None:
    with pytest.raises(InvalidParams):
        earlier_day(date(2024, 1, 1), "year")


def test_up_is_towards_the_best_segment_and_money_alone_is_no_move() -> None:
    assert move_of("new", "promising") == move_of("hibernating", "new") == "up"
    assert move_of("champions", "cant_lose") == move_of("promising", "needs_attention") == "down"
    assert move_of("at_risk", "cant_lose") == move_of("cant_lose", "at_risk") == move_of("new", "new") == "same"
    assert (move_of("not_yet", "champions"), move_of("loyal", "gone")) == ("joined", "left")
    for before in SEGMENT_KEYS:
        for now in SEGMENT_KEYS:
            assert {"up": "down", "down": "up", "same": "same"}[move_of(before, now)] == move_of(now, before)


@pytest.mark.parametrize(("seed", "back", "window"), [(1, "month", None), (2, "quarter", 60), (3, "week", None)])
@pytest.mark.parametrize("channel", [None, "web"])
def test_moves_add_up_to_the_segments_of_both_days(
    cursor: Cursor, seed: int, back: str, window: int | None, channel: str | None
) -> None:
    fill(cursor, random_purchases(seed))
    asked = params(TODAY, channel=channel, window_days=window)
    earlier = as_it_stood(asked, earlier_day(asked.as_of, back))
    found = migration(cursor, asked, SETTINGS, back=back)
    then, now = segment_counts(cursor, earlier, SETTINGS), segment_counts(cursor, asked, SETTINGS)
    by_row = found.groupby("from_segment")["customers"].sum()
    by_column = found.groupby("to_segment")["customers"].sum()
    assert {segment: by_row[segment] for segment in SEGMENT_KEYS} == then
    assert {segment: by_column[segment] for segment in SEGMENT_KEYS} == now
    assert by_row["not_yet"] + sum(then.values()) == by_column["gone"] + sum(now.values()) == found["customers"].sum()
    assert window is not None or by_column["gone"] == 0
    assert len(found) == len(FROM_SEGMENTS) * len(TO_SEGMENTS)


def test_each_move_leads_to_the_people_who_made_it(cursor: Cursor) -> None:
    fill(cursor, random_purchases(4))
    asked = params(TODAY, window_days=90)
    earlier = as_it_stood(asked, earlier_day(asked.as_of, "month"))
    then, now = (
        dict(zip(frame["customer_id"], frame["segment"], strict=True))
        for frame in (rfm_table(cursor, each, SETTINGS) for each in (earlier, asked))
    )
    expected = defaultdict(set)
    for customer in {*then, *now}:
        expected[then.get(customer, "not_yet"), now.get(customer, "gone")].add(customer)
    found = migration(cursor, asked, SETTINGS)
    counted = {(row.from_segment, row.to_segment): row.customers for row in found.itertuples() if row.customers}
    assert counted == {move: len(members) for move, members in expected.items()}
    for (before, after), members in expected.items():
        move = {"from_segment": before, "to_segment": after, "then_on": earlier.as_of}
        assert people(cursor, "segment_move", asked, **move) == members


def test_one_huge_order_makes_nobody_loyal(cursor: Cursor) -> None:
    regulars = [Bought(f"r{number}", day) for number in range(8) for day in (10, 60, 110, 160 + number)]
    fill(cursor, [*regulars, Bought("whale", 190, Decimal(1_000_000)), *(Bought(f"o{n}", 20 * n) for n in range(6))])
    frame = rfm_table(cursor, params(TODAY), SETTINGS).set_index("customer_id")
    assert frame["m_score"]["whale"] == 4
    assert frame["segment"]["whale"] not in (Segment.LOYAL, Segment.CHAMPIONS, Segment.CANT_LOSE, Segment.AT_RISK)


def test_the_people_of_cells_and_of_the_best_share(cursor: Cursor) -> None:
    fill(cursor, random_purchases(5))
    frame = rfm_table(cursor, params(TODAY), SETTINGS)
    for scores, members in frame.groupby(["r_score", "f_score"]):
        r_score, f_score = (int(str(score)) for score in scores)
        found = people(cursor, "rfm_cell", params(TODAY), r_score=r_score, f_score=f_score)
        assert found == set(members["customer_id"])
    best = frame.sort_values(["monetary", "customer_id"], ascending=[False, True])["customer_id"]
    top = -(-len(best) * 20 // 100)
    assert people(cursor, "top_customers", params(TODAY), top_share=0.2) == set(best[:top])


# Life cycle and journey -----------------------------------------------------------------------------


def rhythm_of_ten_days() -> list[Bought]:
    """Two customers whose gaps make a cycle of ten days; both are long gone."""
    return [Bought("x", 0), Bought("x", 10), Bought("x", 20), Bought("y", 0), Bought("y", 10)]


@pytest.mark.parametrize(
    ("silent", "once", "again"),
    [
        (0, "N", "E0"),
        (10, "N", "E0"),
        (11, "S1", "S1"),
        (20, "S1", "S1"),
        (21, "S2", "S2"),
        (30, "S2", "S2"),
        (31, "S3", "S3"),
    ],
)
def test_life_cycle_stages_begin_the_day_after_a_whole_cycle(
    cursor: Cursor, silent: int, once: str, again: str
) -> None:
    day = TODAY - silent
    fill(cursor, [*rhythm_of_ten_days(), Bought("once", day), Bought("again", day - 10), Bought("again", day)])
    asked = params(TODAY)
    stages = life_cycle(cursor, asked, SETTINGS).set_index("stage")
    assert stages["silent_from"].tolist() == [0, 0, 11, 21, 31]
    assert stages["silent_to"].tolist()[:4] == [10, 10, 20, 30]
    assert pd.isna(stages["silent_to"]["S3"])
    expected = Counter([once, again, "S3", "S3"])
    assert {stage: int(stages["customers"][stage]) for stage in LIFE_CYCLE_STAGES} == {
        **dict.fromkeys(LIFE_CYCLE_STAGES, 0),
        **expected,
    }
    assert "once" in people(cursor, "life_cycle_stage", asked, stage=once)
    assert "again" in people(cursor, "life_cycle_stage", asked, stage=again)


def test_life_cycle_against_plain_python_and_the_registry(cursor: Cursor) -> None:
    bought = random_purchases(6)
    fill(cursor, bought, [Returned("c01", 50, Decimal(-20))])
    asked = params(TODAY, channel="shopee")
    days = defaultdict(list)
    for row in bought:
        if row.day <= TODAY:
            days[row.customer_id].append(row.day)
    cycle = median(b - a for each in days.values() for a, b in pairwise(each))
    own = {customer: each for customer, each in days.items() if int(customer[1:]) % 2}
    expected = Counter(stage_of(TODAY - each[-1], len(each), cycle) for each in own.values())
    found = life_cycle(cursor, asked, SETTINGS).set_index("stage")
    assert found["customers"].to_dict() == {stage: expected[stage] for stage in LIFE_CYCLE_STAGES}
    assert found["revenue"].sum() == pytest.approx(rfm_table(cursor, asked, SETTINGS)["monetary"].sum())
    keys = [f"life_cycle_{stage.lower()}" for stage in LIFE_CYCLE_STAGES]
    readings = measure(cursor, keys, asked, SETTINGS)
    assert [readings[key].value for key in keys] == found["customers"].tolist()


def stage_of(silent: int, purchases: int, cycle: float) -> str:
    for stage, cycles in (("S3", 3), ("S2", 2), ("S1", 1)):
        if silent > cycles * cycle:
            return stage
    return "N" if purchases == 1 else "E0"


def test_without_a_second_purchase_no_stage_is_told(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 1), Bought("b", 5)])
    stages = life_cycle(cursor, params(TODAY), SETTINGS)
    assert stages[["customers", "share", "revenue", "silent_to"]].isna().all(axis=None)
    assert measure(cursor, ["life_cycle_n"], params(TODAY), SETTINGS)["life_cycle_n"].value is None
    journey = journey_stages(cursor, params(TODAY), SETTINGS).set_index("stage")["customers"]
    assert (journey["purchased"], journey["retained"]) == (2, 0)
    assert pd.isna(journey["lapsed"])


def test_everyone_known_is_in_exactly_one_journey_stage(cursor: Cursor) -> None:
    recent = [Bought(name, day) for name in ("fan", "friend", "angry", "late") for day in (190, 195)]
    fill(cursor, [*rhythm_of_ten_days(), *recent, Bought("once", 195), Bought("gone_fan", 100), Bought("future", 300)])
    know(cursor, "member", joined_on=on(30))
    know(cursor, "joins_later", joined_on=on(TODAY + 1))
    cursor.execute("delete from answer_mart")
    answer(cursor, "fan", 150, nps=3)
    answer(cursor, "fan", 199, nps=9)
    answer(cursor, "friend", 190, nps=7, recommended=True)
    answer(cursor, "angry", 190, nps=2, recommended=True)
    answer(cursor, "late", TODAY + 1, nps=10)
    answer(cursor, "gone_fan", 120, nps=10)
    answer(cursor, "member", 120, nps=10)
    expected = {
        "aware": {"member"},
        "purchased": {"once"},
        "retained": {"angry", "late"},
        "advocate": {"fan", "friend"},
        "lapsed": {"x", "y", "gone_fan"},
    }
    asked = params(TODAY)
    assert {stage: people(cursor, "journey_stage", asked, stage=stage) for stage in JOURNEY_STAGES} == expected
    found = journey_stages(cursor, asked, SETTINGS).set_index("stage")
    assert found["customers"].to_dict() == {stage: len(members) for stage, members in expected.items()}
    assert found["share"].sum() == pytest.approx(1)
    cursor.execute("delete from answer_mart")


# Who they are ---------------------------------------------------------------------------------------


def test_every_value_has_its_buyers_their_revenue_and_an_interval(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 1), Bought("a", 9), Bought("b", 3), Bought("c", 4, Decimal(50)), Bought("d", TODAY + 1)])
    for customer, gender in {"a": "female", "b": "female", "d": "male"}.items():
        know(cursor, customer, gender=gender)
    know(cursor, "window_shopper", gender="male", joined_on=on(1))
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by="gender")
    assert rows["group"].tolist()[0] == "female"
    assert pd.isna(rows["group"][1])
    assert rows["customers"].tolist() == [2, 1]
    assert rows["revenue"].tolist() == [300, 50]
    assert rows["repurchase_rate"].tolist() == [0.5, 0]
    assert (rows["low"][0], rows["high"][0]) == wilson(1, 2)
    assert rows["is_thin"].tolist() == [True, True]
    assert people(cursor, "customers_of_gender", params(TODAY), gender="female") == {"a", "b"}
    assert people(cursor, "customers_of_unknown", params(TODAY), kind="gender") == {"c"}


@pytest.mark.parametrize(
    ("birthday", "band"),
    [
        ("2004-07-19", "20_29"),
        ("2004-07-20", "under_20"),
        ("1964-07-19", "over_60"),
        ("1900-01-01", None),
        ("2020-01-01", None),
    ],
)
def test_an_age_is_that_of_the_as_of_date_and_never_a_slip(cursor: Cursor, birthday: str, band: str | None) -> None:
    fill(cursor, [Bought("a", 1)])
    know(cursor, "a", birthday=date.fromisoformat(birthday))
    assert on(TODAY) == date(2024, 7, 19)
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by="age_band")
    assert [None if pd.isna(group) else group for group in rows["group"]] == [band]


def test_ages_and_months_stand_in_their_order(cursor: Cursor) -> None:
    fill(cursor, [Bought(name, 1) for name in "abcde"])
    for name, year in zip("abcd", (1950, 2010, 1990, 1980), strict=True):
        know(cursor, name, birthday=date(year, 1, 1), joined_on=date(2023, year % 7 + 1, 5))
    ages = customer_profile(cursor, params(TODAY), SETTINGS, by="age_band")["group"].tolist()
    assert ages[:-1] == ["under_20", "30_39", "40_49", "over_60"]
    months = customer_profile(cursor, params(TODAY), SETTINGS, by="joined")["group"].tolist()
    assert months[:-1] == sorted(months[:-1])


def test_counties_are_found_however_they_are_written(cursor: Cursor) -> None:
    names = texts("en", "counties")
    assert len(names) == 22
    written: dict[str, tuple[str | None, str | None]] = {f"zh{place}": (zh, zh) for place, zh in enumerate(names)}
    written |= {f"en{place}": (en, zh) for place, (zh, en) in enumerate(names.items())}
    written |= {"old": ("臺北市", "台北市"), "short": ("kaohsiung, Taiwan", "高雄市"), "abroad": ("Tokyo", "Tokyo")}
    written |= {"either": ("Hsinchu", "Hsinchu"), "district": ("信義區", "信義區"), "none": (None, None)}
    fill(cursor, [Bought(customer, 1) for customer in written])
    for customer, (city, _) in written.items():
        know(cursor, customer, city=city)
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by="county")
    found = {
        None if pd.isna(group) else group: count for group, count in zip(rows["group"], rows["customers"], strict=True)
    }
    assert found == Counter(county for _, county in written.values())
    assert people(cursor, "customers_of_kind", params(TODAY), kind="county", told="高雄市") >= {"short"}
    for zh, en in names.items():
        assert parse_city(f"No. 8, Section 2, Main Road, Some District, {en} 100") == zh


def test_a_customer_counts_in_each_of_the_tags(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 1), Bought("b", 1), Bought("c", 1)])
    know(cursor, "a", tags="VIP, 團購；VIP")
    know(cursor, "b", tags="團購")
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by="tag")
    assert rows["group"].tolist()[:2] == ["團購", "VIP"]
    assert rows["customers"].tolist() == [2, 1, 1]
    assert rows["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def buy_products(cursor: Cursor, rows: list[tuple[str, str, int]]) -> None:
    """Write purchases of products (customer, product, day) beside those of the shop."""
    cursor.execute("delete from product_purchase_mart")
    cursor.execute("delete from product_mart")
    products = {"green": "tea", "oolong": "tea", "cake": "sweets", "cup": "ware", "bag": None}
    insert(cursor, "product_mart", [{"product_key": key, "name": key, "category": of} for key, of in products.items()])
    made = [
        {"customer_id": who, "product_key": what, "purchased_on": on(day), "purchase_no": 1}
        | {"product_purchase_no": 1, "quantity": 1, "net_amount": 10}
        for who, what, day in rows
    ]
    insert(cursor, "product_purchase_mart", made)


def test_a_preference_needs_two_days_and_half_of_what_was_bought(cursor: Cursor) -> None:
    fill(cursor, [Bought(name, 1) for name in ("again", "one_day", "mixed", "even", "spread", "late", "plain")])
    buys = {
        "again": [("green", 1), ("oolong", 5), ("cake", 5)],
        "one_day": [("green", 1), ("oolong", 1)],
        "mixed": [("green", 1), ("green", 2), ("cake", 3)],
        "even": [("green", 1), ("oolong", 2), ("cake", 3), ("cake", 4)],
        "spread": [("green", 1), ("oolong", 2), ("cake", 3), ("cake", 4), ("cup", 5)],
        "late": [("green", 1), ("oolong", TODAY + 1)],
        "plain": [("bag", 1), ("bag", 2), ("bag", 3)],
    }
    buy_products(cursor, [(who, what, day) for who, bought in buys.items() for what, day in bought])
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by="category")
    told = {group: count for group, count in zip(rows["group"], rows["customers"], strict=True) if not pd.isna(group)}
    assert told == {"tea": 3}
    tea = people(cursor, "customers_of_kind", params(TODAY), kind="category", told="tea")
    assert tea == {"again", "mixed", "even"}
    columns = ["customer_id", "preferred_category"]
    listed = source_members(cursor, group_of("rfm_cell", r_score=1, f_score=1), params(TODAY), SETTINGS, columns).frame
    assert dict(zip(*(listed[column] for column in columns), strict=True))["again"] == "tea"
    buy_products(cursor, [])


@pytest.mark.parametrize("by", KINDS)
def test_every_kind_counts_every_buyer_and_nobody_after_the_day(cursor: Cursor, by: str) -> None:
    fill(cursor, random_purchases(7))
    buy_products(cursor, [("c01", "green", 1), ("c01", "green", 2)])
    chance = Random(8)
    for number in range(40):
        tier, source = chance.choice(["gold", None]), chance.choice(["friend", None])
        know(cursor, f"c{number:02}", tier=tier, source_heard=source, joined_on=on(chance.randrange(300)))
    rows = customer_profile(cursor, params(TODAY), SETTINGS, by=by)
    rates = measure(cursor, ["repurchase_rate"], params(TODAY), SETTINGS)["repurchase_rate"]
    assert rows["customers"].sum() == rates.sample_size
    assert rows["repeat_customers"].sum() / rates.sample_size == pytest.approx(rates.value)
    known = rows.loc[rows["group"].notna(), "customers"].sum()
    # Of categories it tells only whether there are any.
    assert profile_coverage(cursor, params(TODAY), SETTINGS)[by] == (rates.sample_size if by == "category" else known)


def test_a_kind_that_does_not_exist_is_refused(cursor: Cursor) -> None:
    with pytest.raises(InvalidParams):
        customer_profile(cursor, params(TODAY), SETTINGS, by="shoe_size")


# A tier tried out -----------------------------------------------------------------------------------


def tier_rows(cursor: Cursor, asked: Params, **options: Any) -> dict[str, tuple[int, float]]:
    """Customers and revenue per standing."""
    found = tier_what_if(cursor, asked, SETTINGS, **options).set_index("standing")
    return {str(standing): (int(row["customers"]), float(row["revenue"])) for standing, row in found.iterrows()}


def test_who_is_in_and_who_is_one_average_order_away(cursor: Cursor) -> None:
    # 1,000 over ten orders: the average order is 100.
    bought = [Bought("in", day, Decimal(100)) for day in range(100, 105)]
    bought += [Bought("near", day, Decimal(100)) for day in range(100, 104)]
    fill(cursor, [*bought, Bought("far", 100, Decimal(100)), Bought("far", 1, Decimal(5_000))])
    asked = params(TODAY)
    spent: dict[str, Any] = {"basis": "spent", "threshold": 500, "window_days": 150, "gift_cost": 30}
    assert tier_rows(cursor, asked, **spent) == {"in": (1, 500), "near": (1, 400), "rest": (1, 100)}
    found = tier_what_if(cursor, asked, SETTINGS, **spent).set_index("standing")
    assert (found["average_short"]["near"], found["gift_cost"]["in"], found["gift_cost"]["near"]) == (100, 30, 30)
    assert pd.isna(found["gift_cost"]["rest"])
    group: dict[str, Value] = {"basis": "spent", "threshold": 500.0, "window_days": 150}
    for standing in ("in", "near"):
        assert people(cursor, "tier_standing", asked, standing=standing, **group) == {standing}
    # Over all history the five thousand count.
    assert tier_rows(cursor, asked, **{**spent, "window_days": 0})["in"] == (2, 5_600)


def test_a_single_order_counts_by_its_size_and_returns_only_lower_what_was_spent(cursor: Cursor) -> None:
    bought = [
        Bought("big", 100, Decimal(1_000)),
        Bought("almost", 100, Decimal(800)),
        Bought("often", 100, Decimal(799)),
    ]
    fill(cursor, [*bought, Bought("often", 101, Decimal(799))], [Returned("big", 120, Decimal(-500))])
    asked = params(TODAY)
    by_order = tier_rows(cursor, asked, basis="order", threshold=1_000)
    assert by_order == {"in": (1, 500), "near": (1, 800), "rest": (1, 1_598)}
    assert tier_rows(cursor, asked, basis="spent", threshold=1_000)["in"] == (1, 1_598)
    assert tier_rows(cursor, params(99), basis="order", threshold=1_000) == {
        "in": (0, 0),
        "near": (0, 0),
        "rest": (0, 0),
    }


@pytest.mark.parametrize(("amount", "round_one"), [(3_740, 3_500), (999.9, 950), (1_000, 1_000), (0.37, 0.35), (5, 5)])
def test_a_suggested_threshold_is_round_and_not_above(amount: float, round_one: float) -> None:
    assert rounded_down(amount) == pytest.approx(round_one)


def test_a_tier_without_a_threshold_takes_about_the_best_tenth(cursor: Cursor) -> None:
    fill(cursor, [Bought(f"c{number}", 100, Decimal(100 * number)) for number in range(1, 41)])
    assert suggested_threshold(cursor, params(TODAY), SETTINGS) == 3_500
    assert tier_rows(cursor, params(TODAY))["in"][0] == 6
    fill(cursor, [])
    assert suggested_threshold(cursor, params(TODAY), SETTINGS) is None
    assert tier_rows(cursor, params(TODAY)) == {"in": (0, 0), "near": (0, 0), "rest": (0, 0)}


@pytest.mark.parametrize("option", [{"basis": "visits"}, {"threshold": -1}, {"window_days": "x"}, {"gift_cost": "nan"}])
def test_options_that_make_no_sense_are_refused(cursor: Cursor, option: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        tier_what_if(cursor, params(TODAY), SETTINGS, **option)


# Nothing after the day ------------------------------------------------------------------------------


def test_what_happens_after_the_day_changes_nothing(cursor: Cursor) -> None:
    bought = random_purchases(9)

    def everything() -> list[pd.DataFrame]:
        asked = params(TODAY)
        frames = [life_cycle(cursor, asked, SETTINGS), journey_stages(cursor, asked, SETTINGS)]
        frames += [migration(cursor, asked, SETTINGS, back=back) for back in BACKS]
        frames += [customer_profile(cursor, asked, SETTINGS, by="channel")]
        return [*frames, *(tier_what_if(cursor, asked, SETTINGS, basis=basis) for basis in ("spent", "order"))]

    fill(cursor, [row for row in bought if row.day <= TODAY])
    before = everything()
    fill(cursor, bought, [Returned("c03", TODAY + 2, Decimal(-40))])
    for was, now in zip(before, everything(), strict=True):
        pd.testing.assert_frame_equal(was, now)


def test_groups_are_as_large_as_the_bars_they_come_from(cursor: Cursor) -> None:
    fill(cursor, random_purchases(10))
    asked = params(TODAY)
    for row in life_cycle(cursor, asked, SETTINGS).itertuples():
        size = group_size(cursor, group_of("life_cycle_stage", stage=str(row.stage)), asked, SETTINGS)
        assert size.customers == row.customers
        assert float(size.value) == pytest.approx(row.revenue)
    assert earlier_day(asked.as_of, "week") == asked.as_of - timedelta(days=7)
