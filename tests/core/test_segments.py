"""The map from score cells to segments, and the words of the segments."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from crm_core.metrics.segments import SEGMENT_KEYS, Segment, cells, segment_map, segment_of

LOCALE = Path(__file__).parents[2] / "crm_core" / "locale"
TOP_PAIRS = {Segment.CHAMPIONS: Segment.LOYAL, Segment.CANT_LOSE: Segment.AT_RISK}


@pytest.mark.parametrize(("bins", "cell_count"), [(4, 64), (5, 125)])
def test_every_cell_has_one_segment_and_every_segment_a_cell(bins: int, cell_count: int) -> None:
    counted = Counter(segment_map(bins))
    assert len(list(cells(bins))) == len(segment_map(bins)) == cell_count
    assert set(counted) == set(SEGMENT_KEYS)


@pytest.mark.parametrize("bins", [4, 5])
def test_the_map_lists_exactly_the_cells_it_has(bins: int) -> None:
    text = (LOCALE.parent / "metrics" / "segments.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["map"][str(bins)]
    assert sorted(rows) == [f"recency_{score}" for score in range(1, bins + 1)]
    for entries in rows.values():
        assert len(entries) == bins
        assert all(isinstance(entry, str) or len(entry) == bins for entry in entries)


@pytest.mark.parametrize("bins", [4, 5])
def test_position_in_the_map_is_the_one_that_the_sql_computes(bins: int) -> None:
    for r, f, m in cells(bins):
        assert segment_map(bins)[(r - 1) * bins * bins + (f - 1) * bins + m - 1] == segment_of(r, f, m, bins)


@pytest.mark.parametrize("bins", [4, 5])
def test_money_decides_only_within_the_regulars_and_only_upwards(bins: int) -> None:
    for r, f, m in cells(bins):
        here, more = segment_of(r, f, m, bins), segment_of(r, f, min(m + 1, bins), bins)
        assert here is more or TOP_PAIRS[more] is here


@pytest.mark.parametrize("bins", [4, 5])
def test_one_huge_order_makes_nobody_loyal(bins: int) -> None:
    reached = {segment_of(r, 1, bins, bins) for r in range(1, bins + 1)}
    assert reached.isdisjoint({Segment.CHAMPIONS, Segment.LOYAL, Segment.CANT_LOSE, Segment.AT_RISK})


@pytest.mark.parametrize("bins", [4, 5])
def test_corners(bins: int) -> None:
    assert segment_of(bins, bins, bins, bins) is Segment.CHAMPIONS
    assert segment_of(1, bins, bins, bins) is Segment.CANT_LOSE
    assert segment_of(1, 1, 1, bins) is Segment.HIBERNATING
    assert {segment_of(bins, 1, m, bins) for m in range(1, bins + 1)} == {Segment.NEW}


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_segment_has_name_rule_and_action(language: str) -> None:
    words = tomllib.loads((LOCALE / language / "segments.toml").read_text(encoding="utf-8"))
    assert list(words) == list(SEGMENT_KEYS)
    for entry in words.values():
        assert set(entry) == {"name", "rule", "action"}
        assert all(entry.values())
