"""Ready-made lists whose rules are trees: against plain Python on random shops, their data, their words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import floor, log10
from pathlib import Path
from random import Random
from statistics import median

import pytest

from crm_core.analysis.hazard import reminder_day
from crm_core.analysis.survival import WaitCount
from crm_core.db import Cursor
from crm_core.findings.conditions import ConditionWords
from crm_core.i18n import Translator
from crm_core.lists import ready_rules as rules
from crm_core.lists.conditions import from_json, to_json
from crm_core.lists.ready_made import FIGURED, READY_MADE, available_lists
from crm_core.lists.ready_rules import RULES, list_sizes, ready_lists, rule_of
from crm_core.lists.sources import source_members
from crm_core.lists.starting_points import starting_tree
from crm_core.metrics.product_cycles import due_to_reorder
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Row, fill, insert, on, params, shop

SETTINGS = ShopSettings(contact_failed_calls=2)
TODAY = 400
ASKED = params(TODAY)
PEOPLE = 140
OUTCOMES = ("reached", "not_reached", "not_reached", "not_reached", "refused", "sent")
LOCALE = Path(__file__).parents[2] / "crm_core" / "locale"


@dataclass
class Shop:
    """What a random shop holds, in days after the start of its data."""

    purchases: list[Bought]
    products: dict[tuple[str, int], str] = field(default_factory=dict)
    joined: dict[str, int | None] = field(default_factory=dict)
    birthdays: dict[str, date | None] = field(default_factory=dict)
    cases: list[tuple[str, int, int | None, bool]] = field(default_factory=list)
    answers: list[tuple[str, int, int]] = field(default_factory=list)
    contacts: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def people(self) -> list[str]:
        return [f"c{number:03}" for number in range(PEOPLE + 20)]


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("rules")) as opened:
        yield opened


def random_shop(random: Random) -> Shop:
    made = Shop(random_purchases(random))
    for row in made.purchases:
        made.products[row.customer_id, row.day] = random.choice(("tea", "tea", "soap", "oil"))
    for who in made.people:
        made.joined[who] = random.choice((None, random.randrange(TODAY - 60, TODAY + 20)))
        made.birthdays[who] = random.choice((None, date(random.randrange(1950, 2005), 1, 1) + any_days(random)))
        if random.random() < 0.5:
            opened = random.randrange(TODAY - 40, TODAY)
            closed = random.choice((None, opened + random.randrange(30)))
            made.cases.append((who, opened, closed, random.random() < 0.8))
        for _ in range(random.choice((0, 0, 1, 4))):
            made.contacts.append((who, random.randrange(TODAY - 30, TODAY + 5), random.choice(OUTCOMES)))
        if random.random() < 0.6:
            made.answers.append((who, random.randrange(TODAY - 20, TODAY + 3), random.randrange(11)))
    return made


def any_days(random: Random) -> timedelta:
    return timedelta(days=random.randrange(365))


def random_purchases(random: Random) -> list[Bought]:
    """Most come back about a month after their first purchase, so that a day stands out."""
    found = set()
    for number in range(PEOPLE):
        day = random.randrange(0, TODAY + 5)
        found.add((number, day))
        while random.random() < 0.65 and (day := day + random.randrange(15, 60)) < TODAY + 20:
            found.add((number, day))
    amounts = (Decimal(0), Decimal(100), Decimal("99.5"), Decimal(900))
    return [Bought(f"c{number:03}", day, random.choice(amounts)) for number, day in sorted(found)]


def open_shop(cursor: Cursor, made: Shop) -> None:
    fill(cursor, made.purchases)
    marts = ("answer_mart", "service_mart", "contact_mart", "product_purchase_mart", "category_purchase_mart")
    for mart in (*marts, "product_mart"):
        cursor.execute(f"delete from {mart}")
    buyers = {row.customer_id for row in made.purchases}
    strangers = [
        {"customer_id": who, "has_line": False, "purchase_count": 0} for who in made.people if who not in buyers
    ]
    insert(cursor, "customer_mart", strangers)
    for who in made.people:
        told = [None if (day := made.joined[who]) is None else on(day), made.birthdays[who], who]
        cursor.execute("update customer_mart set joined_on = ?, birthday = ? where customer_id = ?", told)
    insert(cursor, "product_mart", [{"product_key": key, "name": f"The {key}"} for key in ("tea", "soap", "oil")])
    insert(cursor, "product_purchase_mart", product_rows(made))
    insert(cursor, "service_mart", [case_row(number, *case) for number, case in enumerate(made.cases)])
    insert(cursor, "answer_mart", [answer_row(number, *answer) for number, answer in enumerate(made.answers)])
    insert(cursor, "contact_mart", [contact_row(number, *told) for number, told in enumerate(made.contacts)])


def product_rows(made: Shop) -> list[Row]:
    days: dict[tuple[str, str], list[int]] = {}
    for (who, day), product in sorted(made.products.items()):
        days.setdefault((who, product), []).append(day)
    return [
        {
            "customer_id": who,
            "product_key": product,
            "purchased_on": on(day),
            "purchase_no": 1,
            "product_purchase_no": number + 1,
            "gap_days": day - bought[number - 1] if number else None,
            "next_on": on(bought[number + 1]) if number + 1 < len(bought) else None,
            "quantity": 1,
            "net_amount": Decimal(100),
        }
        for (who, product), bought in days.items()
        for number, day in enumerate(bought)
    ]


def case_row(number: int, who: str, opened: int, closed: int | None, is_complaint: bool) -> Row:
    return {
        "service_key": f"case-{number}",
        "customer_id": who,
        "opened_on": on(opened),
        "closed_on": None if closed is None else on(closed),
        "is_complaint": is_complaint,
    }


def answer_row(number: int, who: str, day: int, nps: int) -> Row:
    return {
        "answer_key": f"answer-{number:03}",
        "customer_id": who,
        "submitted_at": on(day),
        "answered_on": on(day),
        "nps": nps,
        "attitude": "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor",
        "is_nps_asked": True,
        "answers": "{}",
    }


def contact_row(number: int, who: str, day: int, outcome: str) -> Row:
    return {
        "contact_key": f"contact-{number:04}",
        "customer_id": who,
        "contacted_at": on(day),
        "contacted_on": on(day),
        "has_time": False,
        "is_day_told": True,
        "channel": "email" if outcome == "sent" else "phone",
        "outcome": outcome,
    }


# Oracle -----------------------------------------------------------------------------------------


def expected_members(made: Shop, due: Mapping[str, tuple[int, int]]) -> dict[str, set[str]]:
    """Every list, from the rules in words; ``due`` is when each product is due again."""
    days: dict[str, list[int]] = {}
    for row in made.purchases:
        if row.day <= TODAY:
            days.setdefault(row.customer_id, []).append(row.day)
    since = {who: TODAY - bought[-1] for who, bought in days.items()}
    gaps = [later - earlier for bought in days.values() for earlier, later in pairwise(bought)]
    known = [who for who in made.people if is_known(made, who)]
    return {
        "one_time_reminder": at_reminder_day(made, days, since),
        "reorder_due": {who for who, product, ago in last_bought(made) if product in due and within(ago, due[product])},
        "new_members": {
            who for who in known if who not in days and (day := made.joined[who]) is not None and 0 <= TODAY - day <= 30
        },
        "tier_near": near_tier(made),
        "detractors_this_week": unhappy(made, known),
        "complaint_closed": closed(made, known),
        "care_7": {who for who, ago in since.items() if 6 <= ago <= 8},
        "care_30": {who for who, ago in since.items() if 29 <= ago <= 31},
        "message_instead": {who for who in known if failed(made, who) >= 2},
        "win_back": {who for who, ago in since.items() if ago > 3 * median(gaps)},
        "birthdays": {who for who in known if (born := made.birthdays[who]) and days_until(born) <= 14},
    }


def is_known(made: Shop, who: str) -> bool:
    first = [row.day for row in made.purchases if row.customer_id == who][:1]
    told = [day for day in (*first, made.joined[who]) if day is not None]
    answered = [day for name, day, _ in made.answers if name == who]
    complained = [begun for name, begun, _, _ in made.cases if name == who]
    return not told or min(*told, *answered, *complained, TODAY + 1) <= TODAY


def within(ago: int, window: tuple[int, int]) -> bool:
    return window[0] <= ago <= window[1]


def last_bought(made: Shop) -> list[tuple[str, str, int]]:
    last: dict[tuple[str, str], int] = {}
    for (who, day), product in made.products.items():
        if day <= TODAY:
            last[who, product] = max(day, last.get((who, product), 0))
    return [(who, product, TODAY - day) for (who, product), day in last.items()]


def at_reminder_day(made: Shop, days: Mapping[str, list[int]], since: Mapping[str, int]) -> set[str]:
    returned = [bought[1] - bought[0] for bought in days.values() if len(bought) > 1]
    waiting = [since[who] for who, bought in days.items() if len(bought) == 1]
    waits = {day: WaitCount(day, returned.count(day), waiting.count(day)) for day in {*returned, *waiting}}
    found = reminder_day(waits.values(), draws=0)
    assert found is not None
    return {who for who, bought in days.items() if len(bought) == 1 and abs(since[who] - found.days) <= 7}


def near_tier(made: Shop) -> set[str]:
    orders = [row for row in made.purchases if TODAY - 364 <= row.day <= TODAY]
    spent: dict[str, Decimal] = {}
    for row in orders:
        spent[row.customer_id] = spent.get(row.customer_id, Decimal(0)) + row.amount
    tenth = -(-len(spent) // 10)
    reached = float(sorted(spent.values(), reverse=True)[tenth - 1])
    step = 10 ** floor(log10(reached)) / 2
    threshold = floor(reached / step) * step
    usual = float(sum(spent.values())) / len(orders)
    return {who for who, amount in spent.items() if threshold - usual <= amount < threshold}


def unhappy(made: Shop, known: list[str]) -> set[str]:
    latest = {who: (day, nps) for who, day, nps in made.answers if day <= TODAY}
    return {who for who, (day, nps) in latest.items() if who in known and nps <= 6 and TODAY - day <= 7}


def closed(made: Shop, known: list[str]) -> set[str]:
    cases = [(who, end) for who, begun, end, is_complaint in made.cases if is_complaint and begun <= TODAY]
    ago = {who: TODAY - end for who, end in cases if end is not None and end <= TODAY}
    is_open = {who for who, end in cases if end is None or end > TODAY}
    return {who for who, days in ago.items() if 7 <= days <= 14 and who not in is_open and who in known}


def failed(made: Shop, who: str) -> int:
    calls = [(day, place, told) for place, (name, day, told) in enumerate(made.contacts) if name == who]
    outcomes = [told for day, _, told in sorted(calls, reverse=True) if day <= TODAY and told != "sent"]
    return next((place for place, told in enumerate(outcomes) if told != "not_reached"), len(outcomes))


def days_until(birthday: date) -> int:
    today = on(TODAY)
    return next(ahead for ahead in range(367) if is_birthday(birthday, today + timedelta(days=ahead)))


def is_birthday(birthday: date, day: date) -> bool:
    is_leap = day.year % 4 == 0
    told = birthday.replace(day=28) if (birthday.month, birthday.day) == (2, 29) and not is_leap else birthday
    return (told.month, told.day) == (day.month, day.day)


def members(cursor: Cursor, key: str) -> set[str]:
    told = source_members(cursor, key, ASKED, SETTINGS, ["customer_id"]).frame["customer_id"]
    assert told.is_unique
    return set(told)


def windows(cursor: Cursor) -> dict[str, tuple[int, int]]:
    rows = due_to_reorder(cursor, ASKED, SETTINGS)[["product", "due_from_days", "due_to_days"]]
    return {str(key): (int(first), int(last)) for key, first, last in rows.itertuples(index=False)}


@pytest.mark.parametrize("seed", range(6))
def test_members_and_sizes_agree_with_the_rules_in_plain_python(cursor: Cursor, seed: int) -> None:
    made = random_shop(Random(seed))
    open_shop(cursor, made)
    expected = expected_members(made, windows(cursor))
    assert expected.keys() == RULES.keys()
    assert sum(not people for people in expected.values()) <= 1
    sizes = list_sizes(cursor, ASKED, SETTINGS)
    spent: dict[str, Decimal] = {}
    for row in made.purchases:
        if row.day <= TODAY:
            spent[row.customer_id] = spent.get(row.customer_id, Decimal(0)) + row.amount
    for key, people in expected.items():
        assert members(cursor, key) == people, key
        assert sizes[key] == (len(people), sum((spent.get(who, Decimal(0)) for who in people), Decimal(0))), key


def test_the_registry_knows_which_lists_are_trees() -> None:
    assert set(RULES) == set(READY_MADE) - set(FIGURED)


def test_every_rule_can_be_taken_as_a_start_and_said_in_words(cursor: Cursor) -> None:
    open_shop(cursor, random_shop(Random(1)))
    for language in ("zh-TW", "en"):
        words = ConditionWords(cursor, Translator(language), "TWD")
        for key in RULES:
            tree = rule_of(cursor, key, ASKED, SETTINGS)
            assert tree is not None
            assert from_json(to_json(tree)) == tree
            assert starting_tree(cursor, key, ASKED, SETTINGS) == tree
            assert words.tree(tree)


def test_columns_say_which_product_is_due_and_which_category_came_last(cursor: Cursor) -> None:
    made = random_shop(Random(2))
    open_shop(cursor, made)
    due = windows(cursor)
    told = source_members(cursor, "reorder_due", ASKED, SETTINGS, ["customer_id", "due_product"]).frame
    longest: dict[str, tuple[int, str]] = {}
    for who, product, ago in last_bought(made):
        if product in due and within(ago, due[product]):
            longest[who] = max(longest.get(who, (ago, product)), (ago, product))
    assert dict(told.itertuples(index=False)) == {who: f"The {product}" for who, (_, product) in longest.items()}
    for day, category, amount in ((10, "drinks", 5), (20, "bath", 5), (20, "care", 9), (TODAY + 5, "later", 9)):
        days = {"purchased_on": on(day), "next_on": on(20) if day == 10 else on(TODAY + 5) if day == 20 else None}
        row = {"customer_id": "c001", "category": category, **days, "net_amount": Decimal(amount), "purchase_no": 1}
        insert(cursor, "category_purchase_mart", [{**row, "category_purchase_no": 1}])
    picked = source_members(cursor, "top_spenders", ASKED, SETTINGS, ["customer_id", "last_category"]).frame
    everyone = source_members(cursor, starting_tree(cursor, "segment_new", ASKED, SETTINGS), ASKED, SETTINGS)
    assert len(everyone.frame) == list_sizes(cursor, ASKED, SETTINGS)["segment_new"].customers
    assert set(picked.loc[picked["customer_id"] == "c001", "last_category"]) <= {"care"}
    assert picked.loc[picked["customer_id"] != "c001", "last_category"].isna().all()


def test_what_a_list_lacks_is_known(cursor: Cursor) -> None:
    open_shop(
        cursor,
        Shop(
            [Bought("c001", TODAY - 7)],
            joined=dict.fromkeys([f"c{n:03}" for n in range(160)]),
            birthdays=dict.fromkeys([f"c{n:03}" for n in range(160)]),
        ),
    )
    lacking = {"new_members", "complaint_closed", "birthdays", "message_instead"}
    survey = {key for key, entry in READY_MADE.items() if entry.needs == "survey"}
    assert {entry.key for entry in available_lists(cursor)} == set(READY_MADE) - lacking - survey
    found = ready_lists(cursor, ASKED, SETTINGS)
    assert found.undecided == ("one_time_reminder",)
    assert found.sizes["care_7"].customers == 1
    assert found.sizes["one_time_reminder"].customers == 0
    assert members(cursor, "one_time_reminder") == set()


def test_whoever_is_due_on_a_day_without_work_is_on_the_list_of_a_neighbouring_one() -> None:
    weekend = {5, 6}
    for bought in range(7):
        for after in rules.CARE_AFTER:
            called = range(after - rules.AROUND_DAYS, after + rules.AROUND_DAYS + 1)
            assert {(bought + days) % 7 for days in called} - weekend


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_words_name_the_numbers_of_the_rules(language: str) -> None:
    words = tomllib.loads((LOCALE / language / "lists.toml").read_text(encoding="utf-8"))
    named = {
        "new_members": (rules.NEW_MEMBER_DAYS,),
        "detractors_this_week": (rules.DETRACTOR_DAYS,),
        "complaint_closed": rules.COMPLAINT_DAYS,
        "birthdays": (rules.BIRTHDAY_DAYS,),
        **{f"care_{days}": (days - rules.AROUND_DAYS, days + rules.AROUND_DAYS) for days in rules.CARE_AFTER},
    }
    for key, numbers in named.items():
        said = words[key]["name"] + words[key]["why"]
        assert all(str(number) in said for number in numbers), key
    assert set(words["card"]["needs"]) == {entry.needs for entry in READY_MADE.values()}
