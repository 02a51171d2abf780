"""Saved lists: kept under a name, changed, removed, and opened anew with the people of the day."""

from __future__ import annotations

from datetime import datetime

import pytest

from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists import saved
from crm_core.lists.conditions import All, Not, condition
from crm_core.lists.sources import source_size
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, fill, params

DAY, LATER = datetime(2024, 6, 1, 9), datetime(2024, 6, 2, 10)
SILENT = condition("recency_days", "at_least", 60)


def test_a_list_is_saved_renamed_replaced_and_removed(database: Database) -> None:
    with database.write_beside() as cursor:
        number = saved.save_list(cursor, "  很久  沒來 ", SILENT, " 小美 ", DAY)
        saved.save_list(cursor, "Another", All(()), "", DAY)
    version = database.data_version()
    with database.write_beside() as cursor:
        saved.rename_list(cursor, number, "兩個月沒來", LATER)
        saved.replace_list(cursor, number, Not(SILENT), LATER)
    with database.cursor() as cursor:
        first, second = saved.saved_lists(cursor)
        assert saved.saved_list_named(cursor, "ANOTHER") == first
    assert (first.name, first.changed_at) == ("Another", None)
    assert second == saved.SavedList(number, "兩個月沒來", second.conditions, "小美", DAY, LATER)
    assert second.node == Not(SILENT)
    assert database.data_version() == version, "a saved list changes no number"
    with database.write_beside() as cursor:
        saved.remove_list(cursor, number)
        assert [entry.name for entry in saved.saved_lists(cursor)] == ["Another"]


@pytest.mark.parametrize(("name", "code"), [(" \n ", "list_without_name"), ("VIP 名單", "list_name_taken")])
def test_a_name_that_tells_nothing_apart_is_refused(database: Database, name: str, code: str) -> None:
    with database.cursor() as cursor:
        saved.save_list(cursor, "vip 名單", SILENT, "", DAY)
        other = saved.save_list(cursor, "other", SILENT, "", DAY)
        with pytest.raises(InvalidParams, match=code):
            saved.save_list(cursor, name, SILENT, "", DAY)
        with pytest.raises(InvalidParams, match=code):
            saved.rename_list(cursor, other, name, DAY)
        saved.rename_list(cursor, other, "OTHER", DAY)  # its own name does not stand in its way


def test_what_is_gone_is_refused(database: Database) -> None:
    with database.cursor() as cursor:
        for work in (
            lambda: saved.saved_list(cursor, 7),
            lambda: saved.rename_list(cursor, 7, "a", DAY),
            lambda: saved.replace_list(cursor, 7, SILENT, DAY),
            lambda: saved.remove_list(cursor, 7),
            lambda: saved.saved_list_named(cursor, "a"),
        ):
            with pytest.raises(UnknownName, match="unknown_saved_list"):
                work()


def test_a_saved_list_holds_the_people_of_the_day_it_is_opened(database: Database) -> None:
    with database.cursor() as cursor:
        fill(cursor, [Bought("a", 0), Bought("b", 30)])
        number = saved.save_list(cursor, "silent", SILENT, "", DAY)
        assert [_people(cursor, number, day) for day in (59, 60, 90)] == [0, 1, 2]


def _people(cursor: Cursor, number: int, day: int) -> int:
    node = saved.saved_list(cursor, number).node
    return source_size(cursor, node, params(day), ShopSettings()).customers
