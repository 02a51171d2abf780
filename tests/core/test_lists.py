"""Ready-made lists against plain Python on random shops, their columns, and their words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import pytest

from crm_core.db import Cursor
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists import members as member_rows
from crm_core.lists import ready_made
from crm_core.lists.columns import LIST_COLUMNS, usual_columns
from crm_core.lists.ready_made import FIGURED, LIMITS, READY_MADE, ListLimits
from crm_core.lists.ready_rules import list_sizes
from crm_core.lists.sources import people_of, source_members
from crm_core.metrics import rfm
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Row, fill, insert, on, params, shop

SETTINGS = ShopSettings()
TODAY = 200
LOCALE = Path(__file__).parents[2] / "crm_core" / "locale"


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("lists")) as opened:
        yield opened


@dataclass(frozen=True)
class Answer:
    customer_id: str | None
    day: int
    nps: int | None


def attitude(nps: int | None) -> str | None:
    if nps is None:
        return None
    return "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"


def answer_rows(answers: list[Answer]) -> list[Row]:
    return [
        {
            "answer_key": f"answer-{place:04}",
            "customer_id": answer.customer_id,
            "submitted_at": on(answer.day),
            "answered_on": on(answer.day),
            "nps": answer.nps,
            "attitude": attitude(answer.nps),
            "is_nps_asked": True,
            "comment": f"said {answer.nps}",
            "answers": "{}",
        }
        for place, answer in enumerate(answers)
    ]


def open_shop(cursor: Cursor, purchases: list[Bought], answers: list[Answer]) -> None:
    fill(cursor, purchases)
    cursor.execute("delete from answer_mart")
    insert(cursor, "answer_mart", answer_rows(answers))


def members(cursor: Cursor, key: str, day: int = TODAY, channel: str | None = None) -> set[str]:
    told = source_members(cursor, key, params(day, channel=channel), SETTINGS, ["customer_id"]).frame["customer_id"]
    assert told.is_unique
    return set(told)


# Oracle -----------------------------------------------------------------------------------------


def random_shop(random: Random) -> tuple[list[Bought], list[Answer]]:
    days = {
        (f"c{int(40 * random.random() ** 2):02}", random.randrange(0, 240)) for _ in range(random.choice((15, 60, 120)))
    }
    amounts = (Decimal(0), Decimal(100), Decimal("99.5"), Decimal(5000))
    purchases = [
        Bought(who, day, random.choice(amounts), random.choice(("site", "shopee"))) for who, day in sorted(days)
    ]
    answers = [
        Answer(
            random.choice([None, *(f"c{who:02}" for who in range(45))]), random.randrange(240), random.choice(SCORES)
        )
        for _ in range(40)
    ]
    return purchases, answers


SCORES = (None, *range(11))


def expected_members(purchases: list[Bought], answers: list[Answer]) -> dict[str, set[str]]:
    """Every list but those of segments, from the rules in words."""
    days: dict[str, list[int]] = {}
    spent: dict[str, Decimal] = {}
    for row in sorted(purchases, key=lambda row: row.day):
        if row.day <= TODAY:
            days.setdefault(row.customer_id, []).append(row.day)
            spent[row.customer_id] = spent.get(row.customer_id, Decimal(0)) + row.amount
    since = {who: TODAY - bought[-1] for who, bought in days.items()}
    once = {who for who, bought in days.items() if len(bought) == 1}
    best = best_customers(spent)
    return {
        "one_time_30_60": {who for who in once if 30 <= since[who] <= 60},
        "second_purchase_due": {who for who in once if is_due(since[who], days)},
        "top_spenders": best,
        "silent_best": {who for who in best if since[who] >= 30 and since[who] > 2 * rhythm(days[who], days)},
        "detractors_to_call": said("detractor", answers),
        "promoters_to_thank": said("promoter", answers),
    }


def best_customers(spent: dict[str, Decimal]) -> set[str]:
    if not spent:
        return set()
    least = sorted(spent.values(), reverse=True)[ceil(len(spent) / 5) - 1]
    return {who for who, amount in spent.items() if amount >= least and amount > 0}


def gaps(bought: list[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(bought)]


def rhythm(bought: list[int], everyone: dict[str, list[int]]) -> float:
    every_gap = [gap for other in everyone.values() for gap in gaps(other)]
    own = gaps(bought)
    return median(own) if len(own) >= 2 else median(every_gap) if every_gap else float("inf")


def is_due(since: int, everyone: dict[str, list[int]]) -> bool:
    second = [gaps(bought)[0] for bought in everyone.values() if len(bought) > 1]
    return bool(second) and bool(np.quantile(second, 0.25) <= since <= np.quantile(second, 0.75))


def said(attitude_key: str, answers: list[Answer]) -> set[str]:
    latest: dict[str, tuple[int, int, Answer]] = {}
    for place, answer in enumerate(answers):
        if answer.customer_id and answer.nps is not None and answer.day <= TODAY:
            now = (answer.day, place, answer)
            latest[answer.customer_id] = max(latest.get(answer.customer_id, now), now, key=lambda told: told[:2])
    return {who for who, (day, _, a) in latest.items() if attitude(a.nps) == attitude_key and day >= TODAY - 90}


@pytest.mark.parametrize("seed", range(12))
def test_members_agree_with_the_rules_in_plain_python(cursor: Cursor, seed: int) -> None:
    purchases, answers = random_shop(Random(seed))
    open_shop(cursor, purchases, answers)
    for key, expected in expected_members(purchases, answers).items():
        assert members(cursor, key) == expected, key


def test_the_random_shops_fill_every_list() -> None:
    met: set[str] = set()
    for seed in range(12):
        met |= {key for key, found in expected_members(*random_shop(Random(seed))).items() if found}
    assert met == {key for key in FIGURED if not key.startswith("segment_")}


@pytest.mark.parametrize("channel", [None, "shopee"])
def test_segment_lists_are_the_segments(cursor: Cursor, channel: str | None) -> None:
    open_shop(cursor, *random_shop(Random(2)))
    frame = rfm.rfm_table(cursor, params(TODAY, channel=channel), SETTINGS)
    for segment in SEGMENT_KEYS:
        expected = set(frame.loc[frame["segment"] == segment, "customer_id"])
        assert members(cursor, f"segment_{segment}", channel=channel) == expected


@pytest.mark.parametrize("channel", [None, "shopee"])
def test_sizes_are_those_of_the_members(cursor: Cursor, channel: str | None) -> None:
    open_shop(cursor, *random_shop(Random(1)))
    asked = params(TODAY, channel=channel)
    sizes = list_sizes(cursor, asked, SETTINGS)
    assert list(sizes) == list(READY_MADE)
    for key, size in sizes.items():
        told = source_members(cursor, key, asked, SETTINGS, ["revenue"]).frame["revenue"]
        assert size.customers == len(told), key
        assert float(size.value) == pytest.approx(told.sum()), key


# Known rows -------------------------------------------------------------------------------------


def test_bounds_of_thirty_to_sixty_days(cursor: Cursor) -> None:
    open_shop(cursor, [Bought(f"d{days}", TODAY - days) for days in (29, 30, 60, 61)], [])
    assert members(cursor, "one_time_30_60") == {"d30", "d60"}


def test_one_purchase_in_the_window_is_not_one_purchase(cursor: Cursor) -> None:
    open_shop(cursor, [Bought("old", 0), Bought("old", TODAY - 40), Bought("once", TODAY - 40)], [])
    told = source_members(cursor, "one_time_30_60", params(TODAY, window_days=90), SETTINGS, ["customer_id"])
    assert told.frame["customer_id"].tolist() == ["once"]


def test_a_respondent_who_never_bought_is_on_the_list_of_answers(cursor: Cursor) -> None:
    open_shop(cursor, [Bought("a", 10)], [Answer("stranger", TODAY - 5, 2), Answer(None, TODAY, 1)])
    assert members(cursor, "detractors_to_call") == {"stranger"}
    assert list_sizes(cursor, params(TODAY), SETTINGS)["detractors_to_call"] == (1, Decimal(0))


def test_customers_without_name_or_address_are_told_by_their_number(cursor: Cursor) -> None:
    fill(cursor, [])
    insert(cursor, "customer_mart", [{"customer_id": "17850", "has_line": False, "purchase_count": 0}])
    columns = ("name", "phone", "email", "consent_sms", "last_on")
    assert usual_columns(cursor, columns) == ("customer_id", "last_on")
    cursor.execute("update customer_mart set email = 'a@example.com'")
    assert usual_columns(cursor, columns) == columns


def test_columns_come_in_the_order_chosen(cursor: Cursor) -> None:
    open_shop(cursor, [Bought("a", 150, Decimal("88.5")), Bought("b", 150)], [Answer("a", 190, 10)])
    insert(cursor, "product_mart", [{"product_key": "tea", "name": "Oolong"}])
    product = {"customer_id": "a", "product_key": "tea", "purchased_on": on(150), "purchase_no": 1}
    bought = {**product, "product_purchase_no": 1, "quantity": 1, "net_amount": Decimal(88)}
    insert(cursor, "product_purchase_mart", [bought])
    columns = ["usual_product", "nps", "revenue", "name", "customer_id", "last_on", "comment"]
    table = source_members(cursor, "promoters_to_thank", params(TODAY), SETTINGS, columns)
    assert [column.key for column in table.columns] == table.frame.columns.tolist() == columns
    row = table.frame.iloc[0].tolist()
    assert row[:5] == ["Oolong", 10, 88.5, "Name a", "a"]
    assert (row[5].date(), row[6]) == (on(150), "said 10")


@pytest.mark.parametrize("key", READY_MADE)
def test_every_list_can_show_its_own_columns_and_all(cursor: Cursor, key: str) -> None:
    open_shop(cursor, *random_shop(Random(3)))
    own = source_members(cursor, key, params(TODAY), SETTINGS)
    assert tuple(own.frame.columns) == READY_MADE[key].columns
    every = source_members(cursor, key, params(TODAY), SETTINGS, list(LIST_COLUMNS), limit=2)
    assert len(every.frame) == min(2, len(own.frame))
    if "revenue" in own.frame:
        assert every.frame["revenue"].tolist() == sorted(own.frame["revenue"], reverse=True)[:2]


def test_chunks_are_the_members(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop(cursor, [Bought(f"c{place}", place) for place in range(5)], [])
    monkeypatch.setattr(member_rows, "CHUNK_ROWS", 2)
    people = people_of(cursor, "top_spenders", params(TODAY), SETTINGS)
    found = list(member_rows.chunks(cursor, f"{people.sql} order by customer_id", people.binds))
    assert [row[0] for chunk in found for row in chunk] == [f"c{place}" for place in range(5)]
    assert [len(chunk) for chunk in found] == [2, 2, 1]


def test_what_is_unknown_is_refused(cursor: Cursor) -> None:
    asked = params(TODAY)
    with pytest.raises(UnknownName, match="unknown_list"):
        source_members(cursor, "everyone", asked, SETTINGS)
    with pytest.raises(UnknownName, match="unknown_column"):
        source_members(cursor, "top_spenders", asked, SETTINGS, ["name; drop table customer_mart"])
    for columns in ([], ["name", "name"]):
        with pytest.raises(InvalidParams):
            source_members(cursor, "top_spenders", asked, SETTINGS, columns)
    with pytest.raises(InvalidParams):
        ListLimits(one_time_from_days=61)


def test_lists_on_answers_need_a_survey(cursor: Cursor) -> None:
    on_orders = {key for key, entry in READY_MADE.items() if entry.needs == "orders"}
    on_answers = {key for key, entry in READY_MADE.items() if entry.needs == "survey"}
    open_shop(cursor, [Bought("a", 1)], [])
    assert {entry.key for entry in ready_made.available_lists(cursor)} == on_orders
    open_shop(cursor, [Bought("a", 1)], [Answer("a", 1, 9)])
    assert {entry.key for entry in ready_made.available_lists(cursor)} == on_orders | on_answers
    open_shop(cursor, [], [])
    assert ready_made.available_lists(cursor) == ()
    assert set(list_sizes(cursor, params(TODAY), SETTINGS).values()) == {(0, Decimal(0))}


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_words_name_the_limits_of_the_rules(language: str) -> None:
    words = tomllib.loads((LOCALE / language / "lists.toml").read_text(encoding="utf-8"))
    assert f"{LIMITS.one_time_from_days}–{LIMITS.one_time_to_days}" in words["one_time_30_60"]["name"]
    for key in ("detractors_to_call", "promoters_to_thank"):
        assert f" {LIMITS.answered_within_days} " in words[key]["why"]


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_list_and_column_has_its_words(language: str) -> None:
    words = tomllib.loads((LOCALE / language / "lists.toml").read_text(encoding="utf-8"))
    assert set(words["column"]) == set(LIST_COLUMNS)
    for entry in READY_MADE.values():
        if entry.segment is None:
            assert set(words[entry.key]) == {"name", "why", "words"}
        else:
            assert entry.locale_key == f"segments.{entry.segment}"
