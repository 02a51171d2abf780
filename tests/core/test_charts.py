"""Charts say the numbers they were given, in both languages and both themes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.analysis.survival import WaitCount
from crm_core.analysis.survival import return_curve as curve_of
from crm_core.charts import cohorts as cohort_charts
from crm_core.charts import customers, products, repurchase, voice, weekly
from crm_core.charts.contacts import CallWeek, calls_by_week
from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import (
    ROW_HEIGHT,
    TALL_ROW_HEIGHT,
    Chart,
    clean,
    name_lines,
    nice_ticks,
    records,
    rows_figure,
    short,
)
from crm_core.charts.theme import DARK, LIGHT, Theme, contrast, ink_on, theme_named
from crm_core.i18n import Translator
from crm_core.metrics.spec import Reading, TrendPoint, Unit

MOST_MARKS = 5_000  # more do not draw at once on a phone
ZH, EN = Translator("zh-TW"), Translator("en")
MONDAY = date(2026, 5, 25)
HOSTILE = "<b>tea</b> <a href='x'>&"


def trend(values: list[float | None], unit: Unit = Unit.SHARE, n: int = 100) -> list[TrendPoint]:
    starts = [MONDAY + timedelta(days=7 * i) for i in range(len(values))]
    return [
        TrendPoint(start, start + timedelta(days=6), Reading("m", unit, value, n, is_thin=n < 30))
        for start, value in zip(starts, values, strict=True)
    ]


def weeks(count: int = 26) -> list[weekly.WeekRevenue]:
    return [
        weekly.WeekRevenue(MONDAY + timedelta(days=7 * i), 100.0 + i, 300.0, 50.0, 400.0 if i else None)
        for i in range(count)
    ]


def cohorts() -> pd.DataFrame:
    rows = [
        {
            "cohort": date(2026, m, 1),
            "months_since": k,
            "customers": 100 * m,
            "share": 0.5 / (k + 1),
            "is_complete": k < 4 - m,
        }
        for m in range(1, 5)
        for k in range(5 - m)
    ]
    return pd.DataFrame(rows)


def ladder() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"step": 1, "customers": 100, "return_rate": 0.49, "low": 0.4, "high": 0.6, "is_thin": False},
            {"step": 2, "customers": 20, "return_rate": 0.8, "low": 0.5, "high": 1.0, "is_thin": True},
            {"step": 3, "customers": 2, "return_rate": None, "low": None, "high": None, "is_thin": True},
        ]
    )


def top_products() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [HOSTILE, "蜂蜜蛋糕"],
            "buyers": [856, 10],
            "repurchasers": [405, 0],
            "repurchase_rate": [405 / 856, None],
            "low": [0.44, None],
            "high": [0.507, None],
        }
    )


def rfm_cells() -> pd.DataFrame:
    keys = list(LIGHT.segments)
    return pd.DataFrame(
        [
            {"r_score": r, "f_score": f, "segment": keys[(r + f) % 8], "customers": (r - 1) * f}
            for r in range(1, 5)
            for f in range(1, 5)
        ]
    )


def pareto_points() -> pd.DataFrame:
    return pd.DataFrame({"customer_share": [0, 0.2, 0.6, 1], "revenue_share": [0, 0.6335, 0.9, 1]})


CURVE = curve_of([WaitCount(10, 10, 0), WaitCount(40, 20, 0), WaitCount(200, 0, 70)])
NPS = Reading("nps", Unit.POINTS, 25, 20, -11.7, 55.2, is_thin=True)
CALL_WEEKS = [
    CallWeek(date(2026, 3, 2), 40, 30, 0.75, 0.598, 0.858, is_thin=False),
    CallWeek(date(2026, 3, 9), 0, 0, None, None, None, is_thin=True),
    CallWeek(date(2026, 3, 16), 10, 2, 0.2, 0.057, 0.51, is_thin=True),
]
DRAWN: dict[str, Callable[[Translator, Theme], Chart]] = {
    "revenue_by_week": lambda t, theme: weekly.revenue_by_week(weeks(), t, theme, "TWD"),
    "share_by_week": lambda t, theme: weekly.share_by_week(trend([0.4, None, 0.412]), t, theme, "share", (0.35, 0.43)),
    "return_curve": lambda t, theme: repurchase.return_curve(CURVE, t, theme),
    "cohort_heat_map": lambda t, theme: cohort_charts.cohort_map(cohorts(), "share", t, theme),
    "ladder_steps": lambda t, theme: repurchase.ladder_steps(ladder(), t, theme, 365),
    "repurchased_products": lambda t, theme: products.repurchased_products(top_products(), t, theme),
    "dot_plot": lambda t, theme: dot_plot(
        [Dot(HOSTILE, 0.5, 0.4, 0.6, 80), Dot("few", 0.1, 0.0, 0.5, 3, is_thin=True)],
        t,
        theme,
        Unit.SHARE,
        "rate",
        ("shop", 0.412),
    ),
    "rfm_map": lambda t, theme: customers.rfm_map(rfm_cells(), t, theme),
    "pareto_curve": lambda t, theme: customers.pareto_curve(pareto_points(), t, theme),
    "nps_bar": lambda t, theme: voice.nps_bar(NPS, t, theme),
    "nps_trend": lambda t, theme: voice.nps_trend(trend([10, None, -5], Unit.POINTS, 20), t, theme),
    "calls_by_week": lambda t, theme: calls_by_week(CALL_WEEKS, t, theme),
    "nps_distribution": lambda t, theme: voice.nps_distribution({10: 10, 8: 5, 3: 5}, t, theme),
}


def plain(chart: Chart) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(chart.figure.to_json())
    return loaded


def texts_in(chart: Chart) -> list[str]:
    """Every text that Plotly would draw."""
    figure = plain(chart)
    layout = figure["layout"]
    found = [note["text"] for note in layout.get("annotations", [])]
    found += [layout[axis].get("title", {}).get("text", "") for axis in layout if axis.startswith(("xaxis", "yaxis"))]
    found.append(layout.get("title", {}).get("text", ""))
    for trace in figure["data"]:
        texts = trace.get("text", [])
        found += texts if isinstance(texts, list) else [texts]
    return [text for text in found if text]


@pytest.mark.parametrize("name", list(DRAWN))
@pytest.mark.parametrize("t", [ZH, EN], ids=["zh-TW", "en"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_chart_has_words_and_stays_small(name: str, t: Translator, theme: Theme) -> None:
    chart = DRAWN[name](t, theme)
    assert len(chart.alt) > 10
    figure = plain(chart)
    marks = sum(len(trace.get("x", [])) for trace in figure["data"]) + len(figure["layout"].get("shapes", []))
    assert 0 < marks <= MOST_MARKS
    assert figure["layout"]["showlegend"] is False
    assert not any("<b>tea" in text or "<a " in text for text in texts_in(chart))


@pytest.mark.parametrize("name", list(DRAWN))
def test_the_languages_say_it_in_their_own_words(name: str) -> None:
    assert DRAWN[name](ZH, LIGHT).alt != DRAWN[name](EN, LIGHT).alt


def test_bars_start_at_zero() -> None:
    for name in ("revenue_by_week", "nps_distribution"):
        assert plain(DRAWN[name](EN, LIGHT))["layout"]["yaxis"]["range"][0] == 0
    assert plain(DRAWN["repurchased_products"](EN, LIGHT))["layout"]["xaxis"]["range"][0] == 0


def test_revenue_parts_are_stacked_from_the_returning_ones() -> None:
    chart = DRAWN["revenue_by_week"](EN, LIGHT)
    bars = [trace for trace in plain(chart)["data"] if trace["type"] == "bar"]
    assert [bar["marker"]["color"] for bar in bars] == [LIGHT.repeat, LIGHT.first, LIGHT.anonymous]
    assert [bar["y"][-1] for bar in bars] == [300, 125, 50]
    assert "NT$475" in chart.alt
    without_strangers = [weekly.WeekRevenue(MONDAY, 1, 2)]
    assert len(plain(weekly.revenue_by_week(without_strangers, EN, LIGHT, "TWD"))["data"]) == 2


def test_the_curve_shows_the_shares_and_the_day_of_a_quarter() -> None:
    chart = DRAWN["return_curve"](EN, LIGHT)
    drawn = texts_in(chart)
    assert {"<b>10.0%</b>", "<b>30.0%</b>"} <= set(drawn)
    assert "Day 40: a quarter is back" in drawn
    assert "within 30 days 10.0%, within 60 days 30.0%" in chart.alt


def test_the_words_of_the_quarter_stand_clear_of_a_low_share() -> None:
    """Three customers: nobody back by day 30, one on day 45; the share of day 30 stands at the bottom, left of it."""
    few = repurchase.return_curve(curve_of([WaitCount(45, 1, 0), WaitCount(60, 0, 2)]), EN, LIGHT)
    usual = DRAWN["return_curve"](EN, LIGHT)

    def words_of(chart: Chart) -> dict[str, Any]:
        return next(note for note in plain(chart)["layout"]["annotations"] if "a quarter is back" in note["text"])

    assert words_of(few)["yanchor"] == "top"
    assert words_of(few)["y"] > 0.3
    assert words_of(usual)["y"] == 0


def test_a_cell_that_is_not_over_is_grey_and_not_a_fall() -> None:
    figure = plain(DRAWN["cohort_heat_map"](EN, LIGHT))
    colours = [shape["fillcolor"] for shape in figure["layout"]["shapes"]]
    # Months 1 to 3 of January, 1 to 2 of February, 1 of March; the last of each has not ended.
    assert len(colours) == 6
    assert colours.count(LIGHT.immature) == 3
    assert figure["layout"]["yaxis"]["ticktext"] == ["3/2026 (300)", "2/2026 (200)", "1/2026 (100)"]


def test_a_month_without_a_share_yet_is_drawn_as_not_over() -> None:
    frame = cohorts()
    frame.loc[~frame["is_complete"], "share"] = None
    figure = plain(cohort_charts.cohort_map(frame, "share", EN, LIGHT))
    assert [shape["fillcolor"] for shape in figure["layout"]["shapes"]].count(LIGHT.immature) == 3
    assert [words["text"] for words in figure["layout"]["annotations"]].count(cohort_charts.NOT_YET) == 3


@pytest.mark.parametrize("measure", list(cohort_charts.MEASURES))
def test_a_map_of_any_measure_hides_what_is_not_over(measure: str) -> None:
    frame = cohorts().assign(active_customers=12_345, revenue=123_456.0, cumulative_revenue_per_customer=99.0)
    frame.loc[~frame["is_complete"], ["share", "cumulative_revenue_per_customer"]] = None
    chart = cohort_charts.cohort_map(frame, measure, EN, LIGHT)
    said = [words["text"] for words in plain(chart)["layout"]["annotations"]]
    assert said.count(cohort_charts.NOT_YET) == (3 if measure in ("share", "customers") else 4)
    shown = {"share": "25", "customers": "12.3K", "revenue": "123K", "value": "99"}[measure]
    assert shown in said


def test_a_long_history_is_cut_to_the_newest_rows_by_month_and_by_week() -> None:
    start = date(2022, 1, 3)
    frame = pd.DataFrame(
        [
            {
                "cohort_week": start + timedelta(weeks=w),
                "weeks_since": k,
                "customers": 9,
                "share": 0.1,
                "is_complete": True,
            }
            for w in range(40)
            for k in range(20)
        ]
    )
    chart = cohort_charts.cohort_map(frame, "share", EN, LIGHT, by_week=True)
    layout = plain(chart)["layout"]
    assert len(layout["yaxis"]["tickvals"]) == cohort_charts.COHORTS_SHOWN == 24
    assert layout["xaxis"]["ticktext"] == [str(k) for k in range(1, 13)]
    assert cohort_charts.cohorts_hidden(frame, by_week=True) == 16


def test_a_step_few_have_reached_is_pale_and_one_too_early_has_no_bar() -> None:
    chart = DRAWN["ladder_steps"](EN, LIGHT)
    bars = next(trace for trace in plain(chart)["data"] if trace["type"] == "bar")
    assert bars["x"] == [1, 2]
    assert bars["y"] == [0.49, 0.8]
    assert bars["marker"]["color"] == [LIGHT.first, LIGHT.immature]
    assert {"<b>49%</b>", "<b>80%</b>", "too early"} <= set(texts_in(chart))
    assert "1 → 2: 49.0%, 2 → 3: 80.0%" in chart.alt


def test_the_curve_marks_the_reminder_day_with_the_week_around_it() -> None:
    chart = repurchase.return_curve(CURVE, EN, LIGHT, reminder=29)
    assert "Day 29: remind" in texts_in(chart)
    assert any((shape["x0"], shape["x1"]) == (22, 36) for shape in plain(chart)["layout"]["shapes"])
    assert "Day 29: remind" not in texts_in(DRAWN["return_curve"](EN, LIGHT))


def test_few_answers_are_counted_in_whole_numbers() -> None:
    figure = plain(voice.nps_distribution({9: 1}, EN, LIGHT))
    assert figure["layout"]["yaxis"]["tickvals"] == [0, 1, 2, 3, 4]


def test_an_undefined_rate_has_no_dot() -> None:
    chart = DRAWN["repurchased_products"](EN, LIGHT)
    rates = [trace for trace in plain(chart)["data"] if trace.get("xaxis") == "x2" and trace["mode"] == "markers"]
    assert [trace["x"][0] for trace in rates] == [405 / 856]
    assert any("0 / 10 · <b>—</b>" in text for text in texts_in(chart))


def test_thin_data_is_hollow() -> None:
    figure = plain(DRAWN["dot_plot"](EN, LIGHT))
    fills = [trace["marker"]["color"] for trace in figure["data"] if trace["mode"] == "markers"]
    assert fills == [LIGHT.accent, LIGHT.surface]


def test_the_calls_of_a_week_are_told_with_their_share_and_its_interval() -> None:
    chart = DRAWN["calls_by_week"](EN, LIGHT)
    reached, others, share = plain(chart)["data"]
    assert [reached["y"], others["y"]] == [[30, 2], [10, 8]]
    assert share["y"] == [0.75, 0.2]
    assert share["error_y"]["array"] == pytest.approx([0.108, 0.31])
    assert share["error_y"]["arrayminus"] == pytest.approx([0.152, 0.143])
    assert share["marker"]["color"] == [LIGHT.accent, LIGHT.surface]
    assert "10 calls, 20.0% reached (5.7% to 51.0%)" in chart.alt


def test_map_cells_have_their_segments_colour_and_count() -> None:
    figure = plain(DRAWN["rfm_map"](EN, LIGHT))
    shapes, notes = figure["layout"]["shapes"], figure["layout"]["annotations"]
    assert len(shapes) == 16
    assert shapes[-1]["fillcolor"] == LIGHT.segments[next(iter(LIGHT.segments))]
    assert notes[-1]["text"].startswith("<b>12</b>")


def test_the_top_fifth_is_told() -> None:
    assert DRAWN["pareto_curve"](EN, LIGHT).alt == "Top 20% bring 63.4%"


def test_the_distribution_adds_up() -> None:
    assert (
        DRAWN["nps_distribution"](EN, LIGHT).alt
        == "Scores given: Detractors 5 (25%), Passives 5 (25%), Promoters 10 (50%)."
    )


@pytest.mark.parametrize(
    "chart",
    [
        weekly.revenue_by_week([], EN, LIGHT, "TWD"),
        weekly.share_by_week([], EN, LIGHT, "share"),
        weekly.share_by_week(trend([None]), EN, LIGHT, "share"),
        repurchase.return_curve(curve_of([]), EN, LIGHT),
        repurchase.ladder_steps(ladder().tail(1), EN, LIGHT, 365),
        cohort_charts.cohort_map(cohorts().head(0), "share", EN, LIGHT),
        products.repurchased_products(top_products().head(0), EN, LIGHT),
        dot_plot([], EN, LIGHT, Unit.SHARE, "rate"),
        customers.pareto_curve(pareto_points().head(0), EN, LIGHT),
        voice.nps_bar(Reading("nps", Unit.POINTS, None, 0), EN, LIGHT),
        voice.nps_trend([], EN, LIGHT),
        calls_by_week(CALL_WEEKS[1:2], EN, LIGHT),
    ],
)
def test_without_data_a_chart_says_so(chart: Chart) -> None:
    assert chart.alt == EN("charts.empty")


def test_records_turn_null_into_none_and_take_their_columns_only() -> None:
    frame = top_products().assign(extra=1)
    assert records(frame, products.ProductRow)[1] == products.ProductRow("蜂蜜蛋糕", 10, 0, None, None, None)


def test_labels_are_safe_and_fit() -> None:
    assert clean("<b>&") == "&lt;b&gt;&amp;"
    assert short("阿里山高山烏龍茶夏季限定禮盒組") == "阿里山高山烏龍茶夏季限定禮盒組"
    assert short("阿里山高山烏龍茶夏季限定禮盒組附提袋") == "阿里山高山烏龍茶夏季限定禮盒…"
    assert short("") == ""


def test_a_long_name_takes_two_lines_and_its_rows_are_taller() -> None:
    assert name_lines("紅玉紅茶 15 入") == ["紅玉紅茶 15 入"]
    assert name_lines("綜合茶包體驗組 8 入 (Tea Sampler)") == ["綜合茶包體驗組 8 入", "(Tea Sampler)"]
    assert name_lines("SWEETHEART RECIPE BOOK STAND") == ["SWEETHEART RECIPE BOOK", "STAND"]
    assert name_lines("阿里山高山烏龍茶夏季限定禮盒組附提袋") == ["阿里山高山烏龍茶夏季限定禮盒", "組附提袋"]
    assert name_lines("甲\n→ 乙") == ["甲", "→ 乙"]
    assert name_lines("") == []
    assert name_lines(f"{'x' * 100}\n{'y' * 100}") == [f"{'x' * 41}…", f"{'y' * 29}…"]  # numbers stand by the second
    assert all(len(line) <= 30 for line in name_lines("x" * 100))
    low, tall = (rows_figure(LIGHT, names).layout.height for names in (["a", "b"], ["a", "b" * 40]))
    assert tall - low == 2 * (TALL_ROW_HEIGHT - ROW_HEIGHT)


@given(st.floats(1e-6, 1e12))
def test_ticks_cover_the_value_and_are_few(value: float) -> None:
    ticks = nice_ticks(value)
    assert ticks[0] == 0
    assert ticks[-1] >= value * 0.999
    assert 2 <= len(ticks) <= 6
    assert ticks[-2] < value


def test_a_theme_is_found_by_the_name_the_browser_gives() -> None:
    assert theme_named("dark") is DARK
    assert theme_named("light") is theme_named(None) is LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read(theme: Theme) -> None:
    assert contrast(theme.ink, theme.surface) >= 7
    assert contrast(theme.muted, theme.surface) >= 4.5
    assert contrast(theme.accent, theme.surface) >= 4.5
    for colour in (*theme.segments.values(), *theme.sequential):
        assert contrast(ink_on(colour), colour) >= 4.5


# Machado, Oliveira and Fernandes (2009), full deficiency, on linear RGB.
DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def lab_as_seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIELAB of a colour as a person with the deficiency sees it."""
    linear = []
    for i in (1, 3, 5):
        c = int(colour[i : i + 2], 16) / 255
        linear.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
    red, green, blue = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_side_by_side_are_apart_for_colour_blind_readers(theme: Theme, deficiency: str) -> None:
    groups = [
        (theme.promoter, theme.passive, theme.detractor),
        (theme.first, theme.repeat, theme.anonymous),
        (theme.accent, theme.warning),
    ]
    for group in groups:
        for one, other in combinations(group, 2):
            a, b = lab_as_seen(one, DEFICIENCIES[deficiency]), lab_as_seen(other, DEFICIENCIES[deficiency])
            assert sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 > 15, (one, other)


def test_the_number_on_the_highest_whisker_stands_within_the_ladder() -> None:
    steps = pd.DataFrame(
        {"step": [1], "customers": [3], "return_rate": [0.5], "low": [0.0], "high": [1.0], "is_thin": [True]}
    )
    axis = repurchase.ladder_steps(steps, EN, LIGHT, 30).figure.layout.yaxis
    assert axis.range[1] >= 1.1
    assert max(axis.tickvals) == 1.0  # no share above all
