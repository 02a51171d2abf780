"""Groups: the rule of every kind runs, its words are there, and an address that does not fit is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from crm_core.db import Cursor, models_in
from crm_core.errors import InvalidParams, UnknownName
from crm_core.i18n import Translator, languages
from crm_core.lists.groups import (
    GROUPS,
    Group,
    GroupValue,
    Value,
    group_from_texts,
    group_name,
    group_of,
    group_size,
    group_texts,
)
from crm_core.lists.sources import source_members
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, fill, on, params, shop

SETTINGS = ShopSettings()
TODAY = 200


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("groups")) as opened:
        fill(opened, [Bought("anna", 1), Bought("anna", 30), Bought("ben", 30, channel="shopee"), Bought("cem", 190)])
        yield opened


def any_value(expected: GroupValue) -> Value:
    """Some value that fits."""
    if expected.options:
        return expected.options[0]
    values: dict[type, Value] = {str: "x", int: 1, float: 0.5, date: on(TODAY)}
    return values[expected.type]


def any_group(key: str) -> Group:
    return group_of(key, **{name: any_value(expected) for name, expected in GROUPS[key].values.items()})


@pytest.mark.parametrize("key", sorted(GROUPS))
def test_every_kind_can_be_asked_is_named_and_comes_back_from_its_address(cursor: Cursor, key: str) -> None:
    group = any_group(key)
    asked = params(TODAY)
    assert group_from_texts(key, group_texts(group)) == group
    size = group_size(cursor, group, asked, SETTINGS)
    assert len(source_members(cursor, group, asked, SETTINGS).frame) == size.customers
    for language in languages():
        t = Translator(language)
        assert group_name(cursor, group, t, "TWD")
        assert t(f"groups.{key}.why")


def test_every_model_is_the_rule_of_a_kind() -> None:
    assert models_in("groups") == sorted(f"groups/{key}" for key in GROUPS)


def people(cursor: Cursor, group: Group, channel: str | None = None) -> list[str]:
    found = source_members(cursor, group, params(TODAY, channel=channel), SETTINGS, ["customer_id"])
    return sorted(found.frame["customer_id"])


def test_a_group_holds_those_behind_the_figure_up_to_the_as_of_date(cursor: Cursor) -> None:
    month = group_of("bought_on_days", from_on=on(20), to_on=on(250))
    assert people(cursor, month) == ["anna", "ben", "cem"]
    assert people(cursor, month, channel="shopee") == ["ben"]
    early = params(100)
    assert group_size(cursor, month, early, SETTINGS).customers == 2
    listed = source_members(cursor, month, early, SETTINGS, ["customer_id"]).frame["customer_id"]
    assert sorted(listed) == ["anna", "ben"]


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("bought_on_days", {}),
        ("bought_on_days", {"from_on": "2024-01-01"}),
        ("bought_on_days", {"from_on": "2024-01-01", "to_on": "yesterday"}),
        ("bought_on_days", {"from_on": "2024-01-01", "to_on": "2024-02-30"}),
        ("product_buyers", {"product_key": "x" * 201}),
    ],
)
def test_an_address_that_names_no_group_is_refused(key: str, texts: dict[str, str]) -> None:
    with pytest.raises(InvalidParams):
        group_from_texts(key, texts)


def test_an_unknown_kind_and_a_value_of_another_type_are_refused() -> None:
    with pytest.raises(UnknownName):
        group_from_texts("everyone", {})
    with pytest.raises(InvalidParams):
        group_of("product_buyers", product_key=5)


def test_a_text_in_an_address_stays_a_text(cursor: Cursor) -> None:
    hostile = group_of("product_buyers", product_key="x') or true --")
    assert group_size(cursor, hostile, params(TODAY), SETTINGS).customers == 0
