"""Questions, complaints and interactions in the history of a customer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.metrics.customers import customer_view
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core.builders import Shop
from ui.customer_interactions import Interaction, interaction_lines, interaction_title
from ui.customer_view import in_order

CASES = """案件編號,建立時間,結案時間,問題類型,會員編號,來源管道,內容
C1,2024-03-05 10:00,2024-03-06 10:00,客訴,m1,LINE,茶包破了
C2,2024-03-07 10:00,,出貨,m1,電話,何時到貨
C3,2024-05-07 10:00,,出貨,m1,電話,以後的事
"""
ACTIVITY = """互動時間,會員編號,互動類型,平台,次數
2024-03-06 09:00,m1,點擊,LINE,2
2024-03-06 11:00,m1,點擊,LINE,1
2024-03-02 11:00,m1,抽獎,FB,1
"""
TITLES = {
    "en": [
        "Mar 7, 2024 · question, 出貨, not closed yet",
        "Mar 6, 2024 · clicked, 3 times",
        "Mar 5, 2024 · complaint, 客訴, closed",
        "Mar 2, 2024 · 抽獎",
    ],
    "zh-TW": [
        "2024年3月7日　提問、出貨、還沒結案",
        "2024年3月6日　點擊、3 次",
        "2024年3月5日　客訴、已結案",
        "2024年3月2日　抽獎",
    ],
}


@pytest.mark.parametrize("language", list(TITLES))
def test_the_history_tells_of_cases_and_interactions_up_to_the_day(tmp_path: Path, language: str) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    members = tmp_path / "members.csv"
    members.write_text("會員編號,姓名\nm1,林小姐\n", encoding="utf-8")
    shop.take_in("customers", members)
    for kind, text in (("service", CASES), ("activity", ACTIVITY)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        shop.take_in(kind, file)
    day = date(2024, 3, 31)
    database = Database(shop.path)
    with database.cursor() as cursor:
        found = customer_view(cursor, "m1", Params(day, Period(day, day)), ShopSettings())
    database.close()
    t = Translator(language)
    history = [each for each in in_order(found.cases, found.interactions) if isinstance(each, Interaction)]
    assert [interaction_title(t, event) for event in history] == TITLES[language]
    assert "茶包破了" in interaction_lines(t, found.cases[1])
    assert found.interactions[0].acted_at == datetime(2024, 3, 6, 11)
    assert found.interactions[0].action_count == Decimal(3)
