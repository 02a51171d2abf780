"""The parts of a change as the page draws and says them: they add up as shown, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_core.charts.change import Part, change_parts
from crm_core.charts.theme import LIGHT
from crm_core.findings.change import ChangeRow, change_title, factors_words, parts_of
from crm_core.findings.moved import Movement, is_judged, moved
from crm_core.i18n import Translator, languages
from crm_core.metrics.movements import Kind
from crm_core.params import Comparison

ROW = ChangeRow("total", "total", 2000, 3610, 1610, 10, 20, 2.0, 1.5, 100.0, 120.0, 1917, -533, 216, 10, 0)
GROUPS = [replace(ROW, group=f"p{n}", name=f"Product {n}", change=100.0 - n) for n in range(12)]


@pytest.mark.parametrize("language", languages())
def test_factors_stand_with_before_and_now_and_empty_parts_are_left_out(language: str) -> None:
    t = Translator(language)
    parts = parts_of([ROW], "total", 1610, t, "TWD")
    assert [part.moved for part in parts] == ["10 → 20", "2.00 → 1.50", "NT$100 → NT$120", ""]
    assert sum(part.amount for part in parts) == ROW.change
    assert parts[-1].name == t("change.part.anonymous_effect")
    title = change_title(1610, parts, Comparison.LAST_YEAR, t, "TWD")
    assert "NT$1,610" in title
    assert "+NT$1,917" in title
    assert change_title(0, parts, Comparison.PREVIOUS, t, "TWD") == t(
        "change.title.same", earlier=t("change.earlier.previous")
    )
    (words,) = factors_words(ROW, t)
    assert all(move in words for move in ("+100.0%", "−25.0%", "+20.0%"))
    assert factors_words(replace(ROW, customers_before=0, value_per_purchase_before=None), t) == []


def test_the_largest_loss_is_named_where_revenue_fell() -> None:
    parts = parts_of([ROW], "total", 1610, Translator("en"), "TWD")
    title = change_title(-1, parts, Comparison.PREVIOUS, Translator("en"), "TWD")
    assert title.endswith("Largest part: Purchases per customer (−NT$533)")


def test_what_is_not_shown_stands_in_one_part() -> None:
    t = Translator("en")
    parts = parts_of(GROUPS, "product", 5000, t, "TWD")
    assert [part.name for part in parts[:2]] == ["Product 0", "Product 1"]
    assert (len(parts), parts[-1].name) == (9, "All others")
    assert sum(part.amount for part in parts) == 5000
    few = parts_of(GROUPS[:9], "channel", sum(row.change for row in GROUPS[:9]), t, "TWD")
    assert len(few) == 9
    assert parts_of([replace(ROW, group=None, name=None)], "product", 1610, t, "TWD")[0].name == "No product told"


def test_bars_start_at_zero_and_lie_within_the_axis() -> None:
    t = Translator("en")
    chart = change_parts([Part("A", 900.0), Part("B", -20.0), Part("C", -450.0)], t, LIGHT, "TWD")
    low, high = chart.figure.layout.xaxis.range
    assert low <= -450
    assert high >= 900
    assert 0 in chart.figure.layout.xaxis.tickvals
    assert "A +NT$900" in chart.alt
    assert "C −NT$450" in chart.alt
    short = change_parts([Part("A", 900.0), Part("B", -20.0)], t, LIGHT, "TWD").figure.layout.xaxis.range
    assert -200 < short[0] < -20
    assert change_parts([], t, LIGHT, "TWD").alt == t("charts.empty")


def test_only_what_is_out_of_the_ordinary_is_named() -> None:
    rows = [
        Movement("number", "revenue", "revenue", "money", 900.0, 500.0, 26, "high"),
        Movement("number", "orders", "orders", "count", 10.0, 9.0, 26, "normal"),
        Movement("product", "P", "*Tea*", "count", 1.0, 8.5, 12, "low"),
    ]
    t = Translator("en")
    assert [row.title(t) for row in moved(rows, (Kind.NUMBER, Kind.PRODUCT))] == ["Revenue", "*Tea*"]
    assert [row.words(t, "TWD") for row in rows] == [
        "NT$900, usually NT$500",
        "10, usually 9",
        "1 order, usually 8.5",
    ]
    assert is_judged(rows)
    assert not is_judged([replace(rows[0], verdict="unknown")])
