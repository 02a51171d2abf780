"""Conditions: the people they find against plain Python, as JSON, in words, and never as text of a statement."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm_core.analysis.bg_nbd import BgNbd
from crm_core.analysis.gamma_gamma import GammaGamma
from crm_core.db import Cursor, Database, models_in
from crm_core.decisions import identifiers_of
from crm_core.errors import InvalidParams
from crm_core.findings.conditions import ConditionWords
from crm_core.i18n import Translator, languages
from crm_core.lists import facts
from crm_core.lists.built import compiled, counts
from crm_core.lists.conditions import (
    BY_AMOUNT,
    BY_OPTIONS,
    DEEPEST,
    MOST_CONDITIONS,
    All,
    AnyOf,
    Comparison,
    Condition,
    Node,
    Not,
    comparisons_of,
    condition,
    from_json,
    leaves,
    to_json,
)
from crm_core.lists.facts import FACTS, Fact, FactType, offered_facts
from crm_core.lists.options import fact_options, item_options, value_options
from crm_core.lists.sources import source_from_text, source_members, source_size, source_text
from crm_core.lists.starting_points import starting_tree
from crm_core.metrics.forecast import Forecast
from crm_core.metrics.product_cycles import due_to_reorder
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core import builders, mart_rows
from tests.core.known_people import ODD_SKU, PEOPLE, TERMS, Known, Shop

SETTINGS = ShopSettings()
FITTED = Forecast(
    200,
    150,
    BgNbd(*(TERMS[name] for name in ("r", "alpha", "a", "b"))),
    GammaGamma(*(TERMS[name] for name in ("p", "q", "gamma"))),
    None,
    None,
)
HOSTILE = ("x' or true --", "{}", "{of}", "$question", '"; drop table customer_mart; --', "%s", "台北市')", "\\")


# ---- a random shop, as files and as rows ----


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Cursor]]:
    yield from opened(tmp_path_factory, 1)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Cursor]]:
    yield from opened(tmp_path_factory, 2)


def opened(folders: pytest.TempPathFactory, seed: int) -> Iterator[tuple[Shop, Cursor]]:
    """A random shop with a forecast whose terms are known."""
    shop = Shop.by_chance(random.Random(seed))
    database = Database(folders.mktemp("known") / "shop.duckdb")
    fill(database, shop)
    with pytest.MonkeyPatch.context() as patch, database.cursor() as cursor:
        patch.setattr(facts, "forecast_of", lambda cursor, params: FITTED)
        yield shop, cursor
    database.close()


def fill(database: Database, shop: Shop) -> None:
    lines = [{**builders.order_cells(line), "category": line["category"]} for line in shop.lines]
    builders.take_in(database, Kind.ORDERS, lines, "category")
    members = [{**builders.identifiers(name), **record} for name, record in shop.members.items()]
    others = ("birthday", "gender", "tier", "tags", "source_heard", "consent_sms", "consent_line")
    builders.take_in(database, Kind.CUSTOMERS, members, *others)
    said = [
        {**builders.answer_cells(number, answer), "comment": answer["comment"], "source_heard": answer["source_heard"]}
        for number, answer in enumerate(shop.answers)
    ]
    builders.take_in(database, Kind.SURVEY, said, "comment", "source_heard")
    cases = [
        {
            **builders.identifiers(case["customer"]),
            "case_id": case["case_id"],
            "opened_at": f"{case['opened']} 09:00",
            "closed_at": f"{case['closed']} 18:00" if case["closed"] else None,
            "channel": "web",
            "topic": case["topic"],
        }
        for case in shop.cases
    ]
    builders.take_in(database, Kind.SERVICE, cases)
    with database.write() as cursor:
        _contact_work(cursor, shop)


def _contact_work(cursor: Cursor, shop: Shop) -> None:
    """Contacts of known customers, and a campaign, straight into the tables."""
    ids = {
        builders.customer_of(found): found
        for (found,) in cursor.execute("select customer_id from customer_mart").fetchall()
    }
    contacts = [
        {
            "contact_key": row["key"],
            "customer_id": ids[row["customer"]],
            "contacted_at": row["at"],
            "contacted_on": row["at"].date(),
            "has_time": True,
            "is_day_told": True,
            "channel": row["channel"],
            "outcome": row["outcome"],
        }
        for row in shop.contacts
        if row["customer"] in ids
    ]
    mart_rows.insert(cursor, "contact_mart", contacts)
    cursor.execute(
        "insert into campaigns by name select 1 as campaign_id, 'Spring' as name, 'list:top_spenders' as source, "
        "'email' as channel, $on as starts_on, 14 as window_days, 0 as cost, 0.1 as holdout_share, 1 as seed, "
        "$on as as_of, '' as frozen_by, $on::timestamp as frozen_at",
        {"on": shop.campaign_on},
    )
    for number, (name, is_held_out) in enumerate(shop.campaign.items()):
        cursor.execute("insert into campaign_members by name select 1 as campaign_id, ? as member_no, ? as is_held_out",
                       [number, is_held_out])  # fmt: skip
        for own in identifiers_of(cursor, ids[name]) if name in ids else ():
            cursor.execute(
                "insert into campaign_identifiers by name "
                "select 1 as campaign_id, ? as member_no, ? as kind, ? as identifier",
                [number, own.kind, own.identifier],
            )


# ---- the same once more: what a tree finds ----


class Oracle:
    """Trees, held against what plain Python knows of everybody."""

    def __init__(self, shop: Shop, cursor: Cursor, params: Params) -> None:
        self.cursor, self.params = cursor, params
        self.known = Known(shop, params.as_of, params.day)
        self.people = self.known.people(params.channel)
        self.lists: dict[str, set[str]] = {}
        self.windows: dict[tuple[str, str], list[tuple[str, int, int]]] = {}

    def found(self, node: Node) -> set[str]:
        return {name for name in self.people if self.fits(node, name)}

    def fits(self, node: Node, name: str) -> bool:
        match node:
            case All(parts):
                return all(self.fits(part, name) for part in parts)
            case AnyOf(parts):
                return any(self.fits(part, name) for part in parts)
            case Not(part):
                return not self.fits(part, name)
        return self._leaf(node, self.value(node.fact, name, node.of))

    def value(self, fact: Fact, name: str, of: Mapping[str, Any]) -> Any:
        if fact.key == "on_list":
            key = str(of["list_key"])
            if key not in self.lists:
                self.lists[key] = members(self.cursor, key, self.params)
            return name in self.lists[key]
        if fact.key == "reorder_due":
            return self._is_due(name, of)
        return self.known.value(fact.key, name, of)

    @staticmethod
    def _leaf(leaf: Condition, value: Any) -> bool:
        held: Any = leaf.value
        match leaf.comparison:
            case Comparison.KNOWN:
                return value is not None
            case Comparison.UNKNOWN:
                return value is None
            case Comparison.YES:
                return value is True
            case Comparison.NO:
                return value is not True
            case Comparison.ONE_OF:
                return value in held
            case Comparison.NONE_OF:
                return value not in held
        if value is None:
            return False
        held = Decimal(str(held)) if isinstance(value, Decimal) else held
        return bool(
            {"at_least": value >= held, "at_most": value <= held, "exactly": value == held}[leaf.comparison.value]
        )

    def _is_due(self, name: str, of: Mapping[str, Any]) -> bool:
        """Whether the last purchase of the item, or of any, is as long ago as the table of what is due says."""
        asked = (of["kind"], of["item_key"])
        if asked not in self.windows:
            frame = due_to_reorder(self.cursor, self.params, SETTINGS, by=asked[0], product=asked[1])
            columns = frame[["product", "due_from_days", "due_to_days"]].itertuples(index=False, name=None)
            self.windows[asked] = list(columns)
        for item, first, last in self.windows[asked]:
            days = self.known.item_days(name, {"kind": of["kind"], "item_key": item})
            if days and first <= (self.params.as_of - days[-1]).days <= last:
                return True
        return False


def members(cursor: Cursor, source: str | Node, params: Params) -> set[str]:
    told = source_members(cursor, source, params, SETTINGS, ["customer_id"]).frame["customer_id"]
    assert told.is_unique
    return {builders.customer_of(each) for each in told}


# ---- random conditions ----


class Chance:
    """Random conditions, their values taken from what people have, so that the borders are met."""

    def __init__(self, chance: random.Random, oracle: Oracle) -> None:
        self.chance, self.oracle = chance, oracle

    def of(self, fact: Fact) -> dict[str, Any]:
        kind = self.chance.choice(["product", "category"])
        items = {"product": ["SKU0", "SKU1", ODD_SKU, "nothing"], "category": ["茶", "點心's"]}[kind]
        if fact.source.any_if_empty:
            items = [*items, ""]
        pick: dict[str, Sequence[Any]] = {
            "kind": [kind],
            "item_key": items,
            "within_days": [0, 1, 30, 90],
            "theme": ["delivery", "quality", "other"],
            "list_key": ["top_spenders", "promoters_to_thank", "segment_loyal", "one_time_30_60"],
            "tag": ["VIP", "團購", "新 品", "nothing"],
            "channel": list(builders.CHANNELS),
            "campaign_id": [1, 1, 2],
            "basis": ["spent", "order"],
            "threshold": [200.0, 500.5, 1_000.0],
        }
        return {name: self.chance.choice(pick[name]) for name in fact.source.values}

    def leaf(self, fact: Fact) -> Condition:
        of = self.of(fact)
        comparison = self.chance.choice(comparisons_of(fact))
        return condition(fact.key, comparison.value, self.value(fact, comparison, of), **of)

    def value(self, fact: Fact, comparison: Comparison, of: Mapping[str, Any]) -> object:
        values = [self.oracle.value(fact, name, of) for name in self.chance.sample(PEOPLE, 8)]
        had = [value for value in values if value is not None]
        if comparison in BY_OPTIONS:
            return list(fact.options[: self.chance.randint(1, 3)]) if fact.options else [*had[:2], "nobody's"]
        if comparison not in BY_AMOUNT:
            return None
        near = self.chance.choice(had) if had else 1
        if fact.type is FactType.SHARE:
            return round(float(near), 6)
        if fact.type is FactType.MONEY:
            return round(float(near) + self.chance.choice([-0.01, 0, 0.01]), 4)
        return near + self.chance.choice([-1, 0, 1])

    def tree(self, depth: int = 3) -> Node:
        roll = self.chance.random()
        if depth == 0 or roll < 0.3:
            return self.leaf(self.chance.choice(list(FACTS.values())))
        if roll < 0.45:
            return Not(self.tree(depth - 1))
        group = All if roll < 0.7 else AnyOf
        return group(tuple(self.tree(depth - 1) for _ in range(self.chance.randint(0 if roll > 0.95 else 1, 4))))


def random_oracle(stocked: tuple[Shop, Cursor], chance: random.Random, channel: str | None = None) -> Oracle:
    as_of = builders.FIRST_DAY + timedelta(days=chance.randrange(40, builders.DAYS))
    day = as_of + timedelta(days=chance.choice([0, 3, 20]))
    return Oracle(*stocked, Params(as_of, Period(builders.FIRST_DAY, as_of), channel, contact_on=day))


@pytest.mark.parametrize("key", FACTS)
def test_every_fact_is_what_plain_python_finds(stocked: tuple[Shop, Cursor], key: str) -> None:
    chance = random.Random(f"{key}")
    hits = 0
    for _ in range(2):
        oracle = random_oracle(stocked, chance)
        made = Chance(chance, oracle)
        for _ in range(2):
            leaf = made.leaf(FACTS[key])
            expected = oracle.found(leaf)
            assert members(oracle.cursor, leaf, oracle.params) == expected, (to_json(leaf), oracle.params)
            hits += 0 < len(expected) < len(oracle.people)
    assert hits, "a fact that tells nobody apart is not tested"


@pytest.mark.parametrize("seed", range(16))
def test_a_tree_finds_whom_plain_python_finds(other: tuple[Shop, Cursor], seed: int) -> None:
    chance = random.Random(seed)
    oracle = random_oracle(other, chance, chance.choice([None, None, *builders.CHANNELS]))
    made = Chance(chance, oracle)
    trees = [made.tree() for _ in range(4)]
    for tree in trees:
        expected = oracle.found(tree)
        assert members(oracle.cursor, tree, oracle.params) == expected, (to_json(tree), oracle.params)
        size = source_size(oracle.cursor, tree, oracle.params, SETTINGS)
        spent = (oracle.known.revenue(name, {}) for name in expected)
        assert (size.customers, size.value) == (len(expected), sum(spent, Decimal(0)))
    everyone, found = counts(oracle.cursor, trees, oracle.params, SETTINGS)
    assert everyone == len(oracle.people)
    assert found == tuple(len(oracle.found(tree)) for tree in trees)


def test_nothing_later_changes_a_list(tmp_path: Any) -> None:
    chance = random.Random(5)
    shop = Shop.by_chance(chance)
    as_of = builders.FIRST_DAY + timedelta(days=80)
    # People come to be known by what has a day; a record without one is there from the start.
    early = replace(
        shop,
        lines=[line for line in shop.lines if line["ordered_at"].date() <= as_of],
        answers=[answer for answer in shop.answers if answer["at"].date() <= as_of],
        contacts=[contact for contact in shop.contacts if contact["at"].date() <= as_of],
        cases=[
            {**case, "closed": case["closed"] if (case["closed"] or as_of) <= as_of else None} for case in shop.cases
        ],
    )
    early = replace(early, cases=[case for case in early.cases if case["opened"] <= as_of])
    params = Params(as_of, Period(builders.FIRST_DAY, as_of))
    found = []
    for number, each in enumerate((early, shop)):
        database = Database(tmp_path / f"{number}.duckdb")
        fill(database, each)
        with database.cursor() as cursor, pytest.MonkeyPatch.context() as patch:
            patch.setattr(facts, "forecast_of", lambda cursor, params: FITTED)
            made = Chance(random.Random(9), Oracle(early, cursor, params))
            trees = [made.leaf(fact) for fact in FACTS.values() for _ in range(2)]
            known_then = Known(early, as_of, as_of).people() & Known(shop, as_of, as_of).people()
            found.append([members(cursor, tree, params) & known_then for tree in trees])
        database.close()
    assert found[0] == found[1]
    assert len(known_then) > 15


# ---- days and borders that one can check by hand ----


@pytest.mark.parametrize(
    ("born", "today", "days"),
    [
        ("1988-02-29", "2023-02-28", 0),
        ("1988-02-29", "2023-03-01", 365),  # the next one is on 29 February 2024
        ("1988-02-29", "2024-02-28", 1),
        ("1988-02-29", "2024-02-29", 0),
        ("1988-02-29", "2100-02-27", 1),  # 2100 is no leap year
        ("1990-01-03", "2023-12-28", 6),
        ("1990-12-31", "2024-01-01", 365),
        ("1990-12-31", "2023-12-31", 0),
        ("2030-01-01", "2023-12-31", None),
    ],
)
def test_birthdays_on_29_february_and_across_the_turn_of_the_year(
    database: Database, born: str, today: str, days: int | None
) -> None:
    day = date.fromisoformat(today)
    asked = Params(day - timedelta(days=3), Period(date(2023, 1, 1), date(2023, 1, 1)), contact_on=day)
    with database.cursor() as cursor:
        mart_rows.insert(
            cursor, "customer_mart", [{"customer_id": "a", "birthday": date.fromisoformat(born)} | NOTHING]
        )
        exactly = condition("days_to_birthday", "exactly", 0 if days is None else days)
        assert source_size(cursor, exactly, asked, SETTINGS).customers == (days is not None)
        unknown = condition("days_to_birthday", "unknown")
        assert source_size(cursor, unknown, asked, SETTINGS).customers == (days is None)


NOTHING: dict[str, object] = {"has_line": False, "purchase_count": 0}


@pytest.mark.parametrize("count", [1, 2, 5, 7, 10])
@pytest.mark.parametrize("share", [0.01, 0.2, 0.3, 0.5, 1])
def test_the_best_share_is_rounded_up_as_everywhere(database: Database, count: int, share: float) -> None:
    with database.cursor() as cursor:
        mart_rows.fill(cursor, [mart_rows.Bought(f"c{no:02}", 0, Decimal(100 + no)) for no in range(count)])
        found = source_size(cursor, condition("top_share", "at_most", share), mart_rows.params(1), SETTINGS)
        rest = source_size(cursor, condition("top_share", "at_least", share), mart_rows.params(1), SETTINGS)
        row = cursor.execute("select top_count(?, ?)", [count, share]).fetchone()
    assert row == (found.customers,)
    assert found.customers + rest.customers == count


def test_money_is_compared_to_the_last_place(database: Database) -> None:
    with database.cursor() as cursor:
        mart_rows.fill(cursor, [mart_rows.Bought("a", 0, Decimal("0.10")), mart_rows.Bought("a", 1, Decimal("0.20"))])
        for value, people in ((0.3, 1), (0.3001, 0), (0.2999, 1)):
            leaf = condition("revenue", "at_least", value)
            assert source_size(cursor, leaf, mart_rows.params(1), SETTINGS).customers == people
        assert source_size(cursor, condition("revenue", "exactly", 0.3), mart_rows.params(1), SETTINGS).customers == 1


@pytest.mark.parametrize(
    "key", ["one_time_30_60", "promoters_to_thank", "detractors_to_call", "segment_new", "silent_best"]
)
def test_a_starting_point_holds_the_people_of_its_list(other: tuple[Shop, Cursor], key: str) -> None:
    _, cursor = other
    asked = Params(date(2024, 5, 1), Period(builders.FIRST_DAY, date(2024, 5, 1)))
    assert members(cursor, starting_tree(cursor, key, asked, SETTINGS), asked) == members(cursor, key, asked)


# ---- JSON ----


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_comes_back_from_its_text(stocked: tuple[Shop, Cursor], seed: int) -> None:
    chance = random.Random(seed)
    tree = Chance(chance, random_oracle(stocked, chance)).tree()
    text = to_json(tree)
    assert from_json(text) == tree
    assert to_json(from_json(text)) == text
    assert source_from_text(source_text(tree)) == tree


LEAF = {"fact": "recency_days", "is": "at_least", "value": 60}
BOUGHT = {"fact": "bought", "is": "at_least", "value": 1}


def nested(depth: int) -> object:
    return {"not": nested(depth - 1)} if depth else LEAF


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "all",
        {},
        {"all": LEAF},
        {"all": [LEAF], "any": []},
        {"not": [LEAF]},
        {"fact": "name; drop", "is": "at_least", "value": 1},
        {"fact": "recency_days", "is": "one_of", "value": [60]},
        {**LEAF, "value": "60"},
        {**LEAF, "value": True},
        {**LEAF, "value": 1.5},
        {**LEAF, "value": 2**31},
        {**LEAF, "value": float("nan")},
        {**LEAF, "of": {"within_days": 3}},
        {**LEAF, "also": 1},
        BOUGHT,
        {**BOUGHT, "of": {"kind": "product", "item_key": "a"}},
        {**BOUGHT, "of": {"kind": "table", "item_key": "a", "within_days": 0}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "", "within_days": 0}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "a" * 201, "within_days": 0}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "a\0", "within_days": 0}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "\ud800", "within_days": 0}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "a", "within_days": -1}},
        {**BOUGHT, "of": {"kind": "product", "item_key": "a", "within_days": 10**9}},
        {"fact": "segment", "is": "one_of", "value": ["kings"]},
        {"fact": "segment", "is": "one_of", "value": []},
        {"fact": "city", "is": "one_of", "value": [None]},
        {"fact": "revenue", "is": "at_least", "value": 0.00001},
        {"fact": "has_email", "is": "yes", "value": 1},
        {"fact": "purchases", "is": "unknown"},
        {"any": [LEAF] * (MOST_CONDITIONS + 1)},
        {"any": [{"all": []}] * 1000},
        nested(DEEPEST + 1),
        nested(500),
    ],
)
def test_what_is_no_tree_is_refused_in_words(told: object) -> None:
    with pytest.raises(InvalidParams) as refusal:
        from_json(json.dumps(told))
    for language in languages():
        what, remedy = Translator(language).error_text(refusal.value)
        assert what != Translator(language)("errors.unexpected.what")
        assert remedy


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"all": [' * 9_000, "x" * 100_000])
def test_a_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidParams):
        from_json(text)


# ---- never a person's text in a statement ----


def texted(fact: Fact, text: str) -> list[Condition]:
    """Conditions of a fact, every free text of which is the text."""
    of = {name: text if expected.type is str and not expected.options else _fitting(expected.options, expected.type)
          for name, expected in fact.source.values.items()}  # fmt: skip
    made = []
    for comparison in comparisons_of(fact):
        value: object = None
        if comparison in BY_AMOUNT:
            value = 1
        elif comparison in BY_OPTIONS:
            value = [fact.options[0]] if fact.options else [text]
        made.append(condition(fact.key, comparison.value, value, **of))
    return made


def _fitting(options: Sequence[str], kind: type) -> object:
    return options[0] if options else {int: 1, float: 1.0}[kind]


def test_no_text_of_a_condition_stands_in_its_statement(stocked: tuple[Shop, Cursor]) -> None:
    _, cursor = stocked
    asked = mart_rows.params(100)
    marker = "Zx9MarkerQq"
    tree = AnyOf(tuple(leaf for fact in FACTS.values() for leaf in texted(fact, marker)))
    with_text = [leaf for leaf in leaves(tree) if marker in to_json(leaf)]
    assert len(with_text) > 20
    for leaf in leaves(tree):
        statement = compiled(cursor, Not(All((leaf, AnyOf((leaf,))))), asked, SETTINGS)
        assert marker not in statement.sql
        if marker in to_json(leaf):
            assert marker in str(statement.binds)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(stocked: tuple[Shop, Cursor], text: str) -> None:
    _, cursor = stocked
    asked = mart_rows.params(100)
    before = cursor.execute("select count(*) from customer_mart").fetchone()
    held = [
        leaf for fact in FACTS.values() for leaf in texted(fact, text) if text in (*leaf.of.values(), *options(leaf))
    ]
    fulfilled = zip(held, counts(cursor, held, asked, SETTINGS)[1], strict=True)
    assert len(held) > 20
    for leaf, found in fulfilled:
        is_about_it = leaf.comparison in (Comparison.ONE_OF, Comparison.YES, Comparison.KNOWN)
        assert not (found and is_about_it), to_json(leaf)
    assert cursor.execute("select count(*) from customer_mart").fetchone() == before


def options(leaf: Condition) -> tuple[str, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else ()


# ---- words, options ----


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("key", FACTS)
def test_every_condition_has_words(stocked: tuple[Shop, Cursor], key: str, language: str) -> None:
    _, cursor = stocked
    t = Translator(language)
    words = ConditionWords(cursor, t, "TWD")
    assert t(f"conditions.fact.{key}.name")
    assert t(f"conditions.area.{FACTS[key].area}")
    said = [words.leaf(leaf) for leaf in texted(FACTS[key], "SKU0")]
    assert all(said)
    assert len(set(said)) == len(said)
    assert not any("{" in each or "  " in each or each != each.strip() for each in said)


def test_a_tree_in_words_names_products_and_groups(stocked: tuple[Shop, Cursor]) -> None:
    _, cursor = stocked
    silent = condition("recency_days", "at_least", 60)
    bought = condition("bought", "at_least", 1, kind="product", item_key=ODD_SKU, within_days=0)
    never = condition("bought", "at_most", 0, kind="category", item_key="茶", within_days=90)
    tree = All((silent, AnyOf((bought, Not(All((silent, never)))))))
    said = {language: ConditionWords(cursor, Translator(language), "TWD").tree(tree) for language in languages()}
    assert said["en"] == (
        f"last bought at least 60 days ago and (bought “Product {ODD_SKU}” or not (last bought at least 60 days ago"
        " and did not buy anything of the category “茶” in the last 90 days))"
    )
    assert said["zh-TW"] == (
        f"最近 60 天以上沒來，而且（買過「Product {ODD_SKU}」，或是不是（最近 60 天以上沒來，"
        "而且最近 90 天內沒買過「茶」這類商品））"
    )


def test_the_options_are_those_of_the_shop(stocked: tuple[Shop, Cursor]) -> None:
    _, cursor = stocked
    asked = mart_rows.params(400)
    assert set(fact_options(cursor, FACTS["county"], asked)) == {"台北市", "高雄市", "大安區"}
    assert fact_options(cursor, FACTS["segment"], asked) == FACTS["segment"].options
    assert {option.key for option in value_options(cursor, "tag", asked)} == {"VIP", "團購", "新 品"}
    assert [option.name for option in value_options(cursor, "campaign_id", asked)] == ["Spring"]
    assert {option.key for option in item_options(cursor, "category", asked)} == {"茶", "點心's"}
    found = item_options(cursor, "product", asked, "o'sku")
    assert [(option.key, option.name) for option in found] == [(ODD_SKU, f"Product {ODD_SKU}")]
    assert set(offered_facts(cursor)) == set(FACTS)


def test_an_empty_shop_offers_what_every_shop_can_tell(database: Database) -> None:
    with database.cursor() as cursor:
        offered = offered_facts(cursor)
    assert {"recency_days", "bought", "contacts_lately"} <= set(offered)
    assert not {"nps", "tag", "campaign_arm", "county", "preferred_category"} & set(offered)


def test_messages_that_a_file_of_activity_says_were_sent_are_contacts(tmp_path: Path) -> None:
    day, told = date(2024, 3, 1), {"activity_key": "a", "action_no": 1, "customer_id": "anna", "action_count": 1}
    acts = [(1, "EDM", "send"), (1, "SMS", "send"), (1, "EDM", "open"), (20, "EDM", "send"), (0, "EDM", "send")]
    with mart_rows.shop(tmp_path) as cursor:
        mart_rows.fill(cursor, [mart_rows.Bought("anna", 0), mart_rows.Bought("ben", 0)])
        rows = [
            {**told, "action_no": no, "acted_at": on, "acted_on": on, "channel": word, "action": action}
            for no, (back, word, action) in enumerate(acts)
            for on in [day - timedelta(days=back)]
        ]
        mart_rows.insert(cursor, "activity_mart", rows)
        log = {"contact_key": "c", "customer_id": "anna", "channel": "email", "outcome": "sent", "has_time": False}
        mart_rows.insert(
            cursor, "contact_mart", [{**log, "contacted_at": day, "contacted_on": day, "is_day_told": True}]
        )
        params = Params(day, Period(date(2024, 1, 1), day), contact_on=day)
        for within, contacts in ((10, 3), (0, 4)):  # the one of the day itself is in the log as well
            lately = condition("contacts_lately", "exactly", contacts, within_days=within)
            assert source_size(cursor, lately, params, ShopSettings()).customers == 1, within


def test_every_model_of_facts_is_a_source() -> None:
    assert set(models_in("facts")) == {
        f"facts/{fact.source.key}" for fact in FACTS.values() if not fact.source.is_everyone
    }
