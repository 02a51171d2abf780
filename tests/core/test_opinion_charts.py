"""Charts of what customers say: every number drawn is said too, and nothing is drawn of nothing."""

from __future__ import annotations

from datetime import date

import pytest

from crm_core.charts.opinions import ComplaintMonth, Part, StackedRow, complaint_months, stacked_rows
from crm_core.charts.theme import DARK, LIGHT, Theme
from crm_core.i18n import Translator, languages
from ui.voice_groups import GroupRow, group_name, verdict, verdict_note


def bar(name: str, *sizes: int) -> StackedRow:
    words = ("bad", "good")
    return StackedRow(name, "", tuple(Part(w, n, "#C2410C", str(n)) for w, n in zip(words, sizes, strict=True)))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_stacked_bars_start_at_zero_and_say_their_numbers(language: str, theme: Theme) -> None:
    t = Translator(language)
    chart = stacked_rows([bar("price", 30, 70), bar("<b>box", 1, 0)], t, theme, "n")
    assert [list(trace.x) for trace in chart.figure.data] == [[30, 1], [70, 0]]
    assert chart.figure.layout.xaxis.range[0] == 0
    assert list(chart.figure.data[0].text) == ["30", ""]  # no room for the one
    assert "<b>box" not in "".join(str(note.text) for note in chart.figure.layout.annotations)
    assert all(word in chart.alt for word in ("price", "30", "70"))


@pytest.mark.parametrize("language", languages())
def test_without_anything_the_charts_say_so(language: str) -> None:
    t = Translator(language)
    month = ComplaintMonth(date(2024, 5, 1), 0, 0)
    for chart in (
        stacked_rows([], t, LIGHT, ""),
        stacked_rows([bar("a", 0, 0)], t, LIGHT, ""),
        complaint_months([month], t, LIGHT),
    ):
        assert chart.alt == t("charts.empty")


def test_open_complaints_stand_on_the_closed_ones() -> None:
    t = Translator("en")
    months = [ComplaintMonth(date(2024, 4, 1), 5, 3), ComplaintMonth(date(2024, 5, 1), 2, 2)]
    chart = complaint_months(months, t, LIGHT)
    assert [list(trace.y) for trace in chart.figure.data] == [[3, 2], [2, 0]]
    assert chart.figure.layout.barmode == "stack"
    assert "4/2024 5" in chart.alt


def group(name: str | None, difference: float | None, *, is_different: bool) -> GroupRow:
    return GroupRow(name, None, 20.0, 0.0, 40.0, 50, 30, 20, False, difference, is_different)


def test_a_group_is_called_different_only_where_the_test_says_so() -> None:
    t = Translator("en")
    rows = [
        group("loyal", 30.0, is_different=True),
        group("new", -30.0, is_different=True),
        group("at_risk", -40.0, is_different=False),
        group(None, 1.0, is_different=False),
    ]
    assert [verdict(row) for row in rows] == ["higher", "lower", "alike", "alike"]
    assert verdict(group("loyal", None, is_different=False)) == "alone"
    note = verdict_note(t, "segment", rows)
    assert note.endswith(f"{t('segments.loyal.name')}, {t('segments.new.name')}.")
    assert verdict_note(t, "segment", rows[2:]) == t("opinions.groups.alike")
    assert verdict_note(t, "segment", rows[:1]) == t("opinions.groups.alone")
    many = [group(f"city {number}", 9.0, is_different=number == 0) for number in range(20)]
    assert t("opinions.groups.many", n="20") in verdict_note(t, "city", many)
    assert t("opinions.groups.listed", n="12") in verdict_note(t, "city", many)


@pytest.mark.parametrize("language", languages())
def test_groups_have_names_also_where_they_have_none(language: str) -> None:
    t = Translator(language)
    for by in ("segment", "channel", "first_channel", "product", "city", "tenure", "wave"):
        assert group_name(t, by, group(None, None, is_different=False)) == t(f"opinions.nobody.{by}")
    assert t.date(date(2024, 5, 1)) in group_name(t, "wave", group("2024-05-01", None, is_different=False))


def test_rows_keep_their_height_under_a_key_to_the_colours() -> None:
    """What the key takes above the rows is added to the figure, not taken from the rows."""
    t = Translator("en")
    plain = stacked_rows([bar("a", 5, 0), bar("b", 3, 0)], t, LIGHT, "n").figure.layout
    keyed = stacked_rows([bar("a", 5, 2), bar("b", 3, 1)], t, LIGHT, "n").figure.layout
    assert keyed.margin.t > plain.margin.t
    assert keyed.height - keyed.margin.t == plain.height - plain.margin.t
