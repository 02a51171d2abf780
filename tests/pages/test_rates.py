"""The table of exchange rates in Settings, and what a check says of converted orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from crm_core.errors import InvalidParams
from crm_core.exchange_rates import ExchangeRate, months_between
from crm_core.i18n import Translator
from crm_core.ingest.currencies import Conversion
from tests.pages.shops import opened
from ui.rates_form import converted_text, entered

MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(("language", "title"), [("zh-TW", "其他幣別"), ("en", "Other currencies")])
def test_settings_offer_a_table_of_rates(filled_shop: object, language: str, title: str) -> None:
    app = opened("settings", lang=language)
    assert not app.exception
    assert title in [each.value for each in app.subheader]


def test_rows_that_are_not_filled_in_are_no_rates_yet() -> None:
    rows = pd.DataFrame(
        {"currency": ["USD", None, "EUR"], "month": ["2024/3", "2024-03", None], "rate": [31.5, 1.0, 2.0]}
    )
    assert entered(rows) == {("USD", MARCH): ExchangeRate("USD", MARCH, Decimal("31.5"))}


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidParams):
        entered(pd.DataFrame({"currency": ["USD"], "month": ["spring"], "rate": [31.5]}))


def test_months_from_one_to_another() -> None:
    assert months_between(date(2023, 11, 1), date(2024, 2, 1)) == [
        date(2023, 11, 1),
        date(2023, 12, 1),
        date(2024, 1, 1),
        date(2024, 2, 1),
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-TW", "其他幣別的訂單已經換算：USD 匯率 31.5（2024-03）、USD 匯率 30（2024-04）。"),
        ("en", "Orders in other currencies are converted: USD at 31.5 (2024-03), USD at 30 (2024-04)."),
    ],
)
def test_a_check_says_at_which_rates(language: str, expected: str) -> None:
    conversions = (
        Conversion("USD", MARCH, Decimal("31.50000000"), 2),
        Conversion("USD", date(2024, 4, 1), Decimal("30.00000000"), 1),
    )
    assert converted_text(Translator(language), conversions) == expected
